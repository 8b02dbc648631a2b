"""The starters that need packages: installed, built, tested and served; on demand, as they need an npm registry."""

import json
import os
import re
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest

from tests.support.starters import copy_starter, run, served
from tests.support.templates import all_bundles

needs_registry = pytest.mark.skipif(
    "AURA_TEST_NPM" not in os.environ or shutil.which("npm") is None,
    reason="needs npm and its registry; scripts/test-npm runs it",
)

Check = Callable[[httpx.AsyncClient], Awaitable[None]]


async def page_with_script(client: httpx.AsyncClient) -> None:
    page = await client.get("/")
    assert page.status_code == 200
    assert '<div id="app">' in page.text
    script = re.findall(r'<script type="module"[^>]* src="(/(?:src|assets)/[^"]+)"', page.text)[-1]
    source = await client.get(script)
    assert source.status_code == 200
    assert "javascript" in source.headers["content-type"]
    assert "Failed to parse" not in source.text
    assert (await client.get("/icon.svg")).status_code == 200


async def dice(client: httpx.AsyncClient) -> None:
    roll = (await client.get("/", params={"dice": "3d20"})).json()
    assert len(roll["faces"]) == 3
    assert (await client.get("/?dice=none")).status_code == 400
    assert (await client.get("/nothing")).status_code == 404


async def notes(client: httpx.AsyncClient) -> None:
    assert "Notes" in (await client.get("/")).text
    assert (await client.post("/api/notes", json={"text": "Hello"})).json() == {"id": 2, "text": "Hello"}
    assert len((await client.get("/api/notes")).json()) == 2
    assert (await client.post("/api/notes", json={"text": " "})).status_code == 400
    assert (await client.post("/api/notes")).status_code == 400
    assert (await client.get("/nothing")).status_code == 404


async def loan(client: httpx.AsyncClient) -> None:
    terms = {"amount": 1000, "yearlyRate": 0.12, "months": 12}
    assert (await client.post("/loan", json=terms)).json() == {"monthly": 88.85}
    assert (await client.post("/loan", json={**terms, "months": 0})).status_code == 400


CHECKS: dict[str, Check] = {
    "vite-vanilla": page_with_script,
    "vite-react": page_with_script,
    "vite-vue": page_with_script,
    "vite-svelte": page_with_script,
    "typescript-node": dice,
    "express": notes,
    "fastify": loan,
}


@needs_registry
@pytest.mark.timeout(600)
@pytest.mark.parametrize("slug", CHECKS)
async def test_it_installs_builds_and_answers(slug: str, tmp_path: Path) -> None:
    bundle = next(bundle for bundle in await all_bundles() if bundle.slug == slug)
    folder = copy_starter(slug, tmp_path)
    scripts = json.loads((folder / "package.json").read_text())["scripts"]
    async with served(bundle.start_command, folder, timeout_s=300) as client:
        await CHECKS[slug](client)
    for script in ("check", "build", "test"):
        if script in scripts:
            await run(f"npm run {script}", folder, timeout_s=120)
    async with served("npm run preview" if "preview" in scripts else "npm start", folder) as client:
        await CHECKS[slug](client)


async def test_every_starter_with_packages_is_checked() -> None:
    assert set(CHECKS) == {bundle.slug for bundle in await all_bundles() if bundle.dependencies}
