"""The GitHub on loopback answers as the real one does."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.support.github.archives import COMMIT
from tests.support.github.clients import TOKEN
from tests.support.github.server import LoopbackGitHub

COMMITS = "/repos/stackblitz/starters/commits/main"
TARBALL = f"/repos/stackblitz/starters/tarball/{COMMIT}"
SHA = {"accept": "application/vnd.github.sha"}


@pytest.fixture
async def api(github: LoopbackGitHub) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=github.url, trust_env=False) as client:
        yield client


async def test_a_commit_in_two_forms(api: httpx.AsyncClient) -> None:
    plain, full = await api.get(COMMITS, headers=SHA), await api.get(COMMITS)
    assert (plain.text, plain.headers["content-type"]) == (COMMIT, "application/vnd.github.sha; charset=utf-8")
    assert full.json()["sha"] == COMMIT
    assert plain.headers["etag"] != full.headers["etag"]
    assert [each.headers["x-ratelimit-remaining"] for each in (plain, full)] == ["59", "58"]


async def test_a_mark_holds_for_its_token_and_is_free_with_one(api: httpx.AsyncClient) -> None:
    mine = {**SHA, "authorization": f"Bearer {TOKEN}"}
    etag = (await api.get(COMMITS, headers=mine)).headers["etag"]
    again = await api.get(COMMITS, headers={**mine, "if-none-match": f"W/{etag}"})
    assert (again.status_code, again.content, again.headers["x-ratelimit-remaining"]) == (304, b"", "4999")
    assert (await api.get(COMMITS, headers={**SHA, "if-none-match": etag})).status_code == 200


async def test_an_archive_is_elsewhere(github: LoopbackGitHub, api: httpx.AsyncClient) -> None:
    moved = await api.get(TARBALL)
    assert (moved.status_code, moved.content) == (302, b"")
    packed = await api.get(moved.headers["location"])
    assert moved.headers["location"].startswith(github.archives_url)
    assert packed.content == github.state.archive
    assert "x-ratelimit-remaining" not in packed.headers


async def test_who_is_refused(github: LoopbackGitHub, api: httpx.AsyncClient) -> None:
    assert (await api.get(TARBALL, headers={"authorization": "Bearer ghp_unknown"})).status_code == 401
    assert (await api.get("/repos/nobody/nothing/commits/main")).status_code == 404
    assert (await api.get("/repos/stackblitz/starters/commits/nowhere")).status_code == 422
    github.state.used[""] = 60
    spent = await api.get(COMMITS, headers=SHA)
    assert (spent.status_code, spent.headers["x-ratelimit-remaining"]) == (403, "0")
    assert int(spent.headers["x-ratelimit-reset"]) == github.state.reset_at
