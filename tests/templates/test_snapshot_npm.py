"""Starters of the snapshot installed through the way out of sandboxes, and seen on a preview URL; on demand."""

import os
import re
from pathlib import Path

import pytest

from aura_gql.infra.mongo import Database
from tests.support.api import running_api
from tests.support.github.server import loopback_github
from tests.support.github.snapshot import needs_snapshot
from tests.support.journeys import ready_project
from tests.support.npm_registry import npm_registry
from tests.support.starter_previews import previewed
from tests.support.template_syncs import synced

START = "query ($slug: String!) { template(slug: $slug) { startCommand } }"
# What the page of each says that no page about an error says.
SHOWN = {
    "bolt-vite-react-ts": '<div id="root">',
    "bootstrap-5": "Bootstrap",
    "express-simple": "Hello Express!",
    "gsap-svelte": '<div id="app">',
    "gsap-vue": '<div id="app">',
    "hono-nodejs-starter": "Hello Hono!",
    "js": '<div id="app">',
    "json-server": "json-server",
    "koa": "Hello World!!!",
    "revealjs": "reveal",
    "rxjs": "RxJS Playground",
    "static": "Home page",
    "sveltekit": "SvelteKit",
    "typescript": '<div id="app">',
}
SCRIPT = re.compile(r'<script[^>]* src="(?:\./)?/?((?!https?:)[^"]+)"')


@needs_snapshot
@pytest.mark.skipif("AURA_TEST_NPM" not in os.environ, reason="needs an npm registry; scripts/test-npm runs it")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("slug", SHOWN)
async def test_it_installs_and_answers(slug: str, mongodb_uri: str, tmp_path: Path, database: Database) -> None:
    registry = await npm_registry()
    with loopback_github() as github:
        templates: dict[str, object] = {"github_api_url": github.url}
        async with running_api(mongodb_uri, tmp_path, database, egress=registry.egress, templates=templates) as api:
            await synced(await api.sign_in("admin", is_admin=True))
            ada = await api.sign_in("ada")
            command = (await ada.execute(START, slug=slug))["template"]["startCommand"]
            async with previewed(ada, await ready_project(ada, slug), command, timeout_s=300) as browser:
                page = await browser.get("/", headers={"accept": "text/html,*/*"})
                assert (page.status_code, SHOWN[slug] in page.text) == (200, True), page.text
                for path in SCRIPT.findall(page.text):
                    script = await browser.get(path)
                    assert (script.status_code, "javascript" in script.headers["content-type"]) == (200, True), path
