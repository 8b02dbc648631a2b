"""GraphiQL's page and its files."""

import base64
import hashlib
import json
import re

import httpx
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from aura_gql.web.graphiql import STATIC_FOLDER, GraphiQLPage, static_files
from tests.support.examples import examples
from tests.support.graph import client_of

FOLDER = STATIC_FOLDER / "graphiql"


def make_client() -> httpx.AsyncClient:
    return client_of(Starlette(routes=[Route("/graphql", GraphiQLPage().__call__), Mount("/static", static_files())]))


async def test_all_that_the_page_loads_is_here() -> None:
    async with make_client() as client:
        page = await client.get("/graphql")
        links = re.findall(r'(?:src|href)="([^"]+)"', page.text)
        files = [link for link in links if not link.startswith("data:")]
        assert len(files) == 8
        for file in [*files, "static/graphiql/examples.json"]:
            assert (await client.get(f"/{file}")).status_code == 200, file
    assert "//" not in "".join(files)
    assert not re.search(r"<script>|\son\w+=|style=", page.text)


async def test_the_policy_allows_no_inline_script_and_the_socket() -> None:
    async with make_client() as client:
        policy = (await client.get("/graphql")).headers["content-security-policy"]
        odd = (await client.get("/graphql", headers={"host": "x; script-src *"})).headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "connect-src 'self' ws://localhost:8000 wss://localhost:8000;" in policy
    assert "script-src *" not in odd


async def test_files_are_cached_and_compressed() -> None:
    async with make_client() as client:
        vendored = await client.get("/static/graphiql/vendor/graphiql.min.js", headers={"accept-encoding": "gzip"})
        own = await client.get("/static/graphiql/page.js")
        again = await client.get("/static/graphiql/page.js", headers={"if-none-match": own.headers["etag"]})
        outside = await client.get("/static/../graphiql.py")
    assert (vendored.headers["content-encoding"], vendored.headers["cache-control"]) == (
        "gzip",
        "public, max-age=86400",
    )
    assert (own.headers["cache-control"], again.status_code) == ("no-cache", 304)
    assert outside.status_code == 404


def test_vendored_files_are_those_of_npm() -> None:
    manifest = json.loads((FOLDER / "vendor/manifest.json").read_text())
    assert {file.name for file in (FOLDER / "vendor").iterdir()} == {*manifest, "manifest.json"}
    for name, source in manifest.items():
        digest = hashlib.sha384((FOLDER / "vendor" / name).read_bytes()).digest()
        assert source["integrity"] == f"sha384-{base64.b64encode(digest).decode()}", name


async def test_the_tabs_are_the_tour() -> None:
    async with make_client() as client:
        tabs = (await client.get("/static/graphiql/examples.json")).json()
    tour = [each for each in examples() if each.is_of_the_tour]
    assert ["\n".join(tab["query"]) + "\n" for tab in tabs] == [each.text for each in tour]
    assert "variables" not in tabs[0]
    assert tabs[-1]["variables"] == {"executionId": "paste the execution's id", "after": 0}
