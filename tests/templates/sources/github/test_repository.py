"""A repository on the loopback GitHub: the fewest requests, the right headers, the token for its host alone."""

import io
from pathlib import Path

import pytest

from aura_gql import __version__
from aura_gql.templates.errors import TemplateRepositoryNotFound, TemplatesUnavailable
from aura_gql.templates.records import KnownCommit, Resolved
from tests.support.github.archives import COMMIT, repository_archive
from tests.support.github.clients import TOKEN, repository_at
from tests.support.github.faults import status, text
from tests.support.github.server import LoopbackGitHub
from tests.support.github.starters import OWN_STARTERS

OTHER_COMMIT = "fedcba9876543210fedcba9876543210fedcba98"
PACKED = repository_archive(OWN_STARTERS)


@pytest.mark.parametrize("token", [None, TOKEN, f" {TOKEN}\n"])
async def test_a_whole_sync_is_two_requests_to_the_api(
    github: LoopbackGitHub, tmp_path: Path, token: str | None
) -> None:
    repository = repository_at(github.url, token=token)
    resolved = await repository.resolve()
    seen: list[int] = []
    size = await repository.download(resolved.sha, tmp_path / "archive", seen.append)
    assert (resolved.sha, resolved.is_unchanged) == (COMMIT, False)
    assert (tmp_path / "archive").read_bytes() == PACKED
    assert size == len(PACKED) == seen[-1]
    assert github.state.requests() == ["commits", "tarball", "codeload"]
    commits, tarball, codeload = github.state.asked
    assert (commits.path, tarball.path) == (
        "/repos/stackblitz/starters/commits/main",
        f"/repos/stackblitz/starters/tarball/{COMMIT}",
    )
    assert commits.headers["accept"] == "application/vnd.github.sha"
    for asked in (commits, tarball):
        assert asked.headers.get("authorization") == (None if token is None else f"Bearer {TOKEN}")
    assert "authorization" not in codeload.headers
    assert codeload.host.split(":")[0] != tarball.host.split(":")[0]
    for asked in github.state.asked:
        assert asked.headers["user-agent"] == f"aura-gql/{__version__}"
        assert asked.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(("token", "cost"), [(None, 1), (TOKEN, 0)])
async def test_an_unchanged_one_is_one_request(github: LoopbackGitHub, token: str | None, cost: int) -> None:
    repository = repository_at(github.url, token=token)
    first = await repository.resolve()
    used = github.state.used[token or ""]
    known = KnownCommit(first.sha, first.etag)
    assert await repository.resolve(known) == Resolved(COMMIT, first.etag, is_unchanged=True)
    assert github.state.requests() == ["commits", "commits"]
    assert github.state.asked[1].headers["if-none-match"] == first.etag
    assert github.state.used[token or ""] - used == cost


async def test_a_mark_of_another_token_is_nothing_new(github: LoopbackGitHub) -> None:
    first = await repository_at(github.url).resolve()
    repository = repository_at(github.url, token=TOKEN)
    for etag in (first.etag, '"stale"', None):
        again = await repository.resolve(KnownCommit(first.sha, etag))
        assert (again.sha, again.is_unchanged) == (COMMIT, True)
        assert again.etag not in (first.etag, '"stale"', None)


async def test_a_push_is_seen(github: LoopbackGitHub) -> None:
    repository = repository_at(github.url)
    first = await repository.resolve()
    archive = repository_archive({"new/package.json": b"{}"}, commit=OTHER_COMMIT)
    github.state.publish(archive, OTHER_COMMIT)
    second = await repository.resolve(KnownCommit(first.sha, first.etag))
    assert (second.sha, second.is_unchanged) == (OTHER_COMMIT, False)
    out = io.BytesIO(b"what was there before, and longer than what comes" * 100)
    assert await repository.download(second.sha, out) == len(archive)
    assert out.getvalue() == archive


async def test_a_whole_commit_id_needs_nobody(github: LoopbackGitHub) -> None:
    repository = repository_at(github.url, ref=COMMIT)
    assert await repository.resolve() == Resolved(COMMIT, None, is_unchanged=False)
    assert await repository.resolve(KnownCommit(COMMIT, '"x"')) == Resolved(COMMIT, None, is_unchanged=True)
    assert (await repository.resolve(KnownCommit(OTHER_COMMIT, None))).is_unchanged is False
    assert github.state.asked == []


async def test_a_ref_is_one_part_of_a_path(github: LoopbackGitHub) -> None:
    github.state.ref = "release/1.x"
    try:
        assert (await repository_at(github.url, ref="release/1.x").resolve()).sha == COMMIT
    finally:
        github.state.ref = "main"
    with pytest.raises(TemplateRepositoryNotFound):
        await repository_at(github.url, ref="main/../../../../../rate_limit").resolve()
    assert github.state.requests() == ["commits", "commits"]


@pytest.mark.parametrize("options", [{"ref": "nowhere"}, {"repository": "stackblitz/nothing"}])
async def test_what_is_not_there(github: LoopbackGitHub, options: dict[str, str]) -> None:
    with pytest.raises(TemplateRepositoryNotFound):
        await repository_at(github.url, **options).resolve()  # type: ignore[arg-type]
    assert github.state.requests() == ["commits"]


async def test_a_commit_that_is_gone(github: LoopbackGitHub, tmp_path: Path) -> None:
    with pytest.raises(TemplateRepositoryNotFound):
        await repository_at(github.url).download(OTHER_COMMIT, tmp_path / "archive")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("sha", ["main", "../../x", COMMIT.upper(), COMMIT + "0", ""])
async def test_only_commits_are_fetched(github: LoopbackGitHub, tmp_path: Path, sha: str) -> None:
    with pytest.raises(ValueError, match="hexadecimal"):
        await repository_at(github.url).download(sha, tmp_path / "archive")
    assert github.state.asked == []


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"null",
        b"<html>log in to the airport</html>",
        COMMIT[:7].encode(),
        COMMIT.encode() + b"0",
        b"\xff" * 40,
        b"0" * 10_000_000,
    ],
)
async def test_what_is_no_commit(github: LoopbackGitHub, answer: bytes) -> None:
    github.state.fail("commits", text(answer))
    with pytest.raises(TemplatesUnavailable, match="something else than a commit"):
        await repository_at(github.url).resolve()
    assert len(github.state.asked) == 3


async def test_a_304_that_nobody_asked_for(github: LoopbackGitHub) -> None:
    github.state.fail("commits", status(304))
    with pytest.raises(TemplatesUnavailable, match="nothing changed"):
        await repository_at(github.url).resolve(KnownCommit(COMMIT, None))


@pytest.mark.parametrize("etag", ['"' + "x" * 300 + '"', '"\xe9"'])
async def test_a_mark_that_is_no_good_is_not_kept(github: LoopbackGitHub, etag: str) -> None:
    github.state.fail("commits", status(200, COMMIT + "\n", {"etag": etag}))
    assert await repository_at(github.url).resolve() == Resolved(COMMIT, None, is_unchanged=False)
