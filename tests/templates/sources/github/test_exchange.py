"""What the client makes of faults: which it tries again, which it obeys, and what it never tells."""

import asyncio
from datetime import timedelta

import pytest

from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.errors import DomainError
from aura_gql.templates.errors import (
    TemplateRepositoryNotFound,
    TemplateSourceRefused,
    TemplatesRateLimited,
    TemplatesUnavailable,
)
from tests.support.github import faults
from tests.support.github.archives import COMMIT
from tests.support.github.clients import TOKEN, repository_at
from tests.support.github.faults import Fault
from tests.support.github.server import LoopbackGitHub
from tests.support.redis import free_port
from tests.support.waiting import until


@pytest.mark.parametrize(
    ("fault", "kind", "asked"),
    [
        (faults.bad_credentials(), TemplateSourceRefused, 1),
        (faults.status(404), TemplateRepositoryNotFound, 1),
        (faults.status(403, '{"message": "Forbidden"}'), TemplateSourceRefused, 1),
        (faults.cut_off(b"x" * 100, 10), TemplatesUnavailable, 3),
        (faults.primary_limit(), TemplatesRateLimited, 1),
        (faults.secondary_limit(), TemplatesRateLimited, 1),
        (faults.secondary_limit(429), TemplatesRateLimited, 1),
        (faults.secondary_limit(retry_after=None), TemplatesRateLimited, 1),
        (faults.secondary_limit(429, faults.in_http_date(600)), TemplatesRateLimited, 1),
        (faults.unicorn(), TemplatesUnavailable, 3),
        (faults.unicorn(500), TemplatesUnavailable, 3),
        (faults.around(), TemplateSourceRefused, 4),
        (faults.moved("https://example.com/"), TemplateSourceRefused, 1),
        (faults.moved("http://169.254.169.254/latest/meta-data"), TemplateSourceRefused, 1),
        (faults.moved(""), TemplateSourceRefused, 1),
        (faults.status(300), TemplateSourceRefused, 1),
    ],
)
async def test_each_fault_has_its_error(
    github: LoopbackGitHub, fault: Fault, kind: type[DomainError], asked: int
) -> None:
    github.state.fail("commits", fault)
    with pytest.raises(kind) as refused:
        await repository_at(github.url, token=TOKEN).resolve()
    assert len(github.state.asked) == asked
    assert TOKEN not in f"{refused.value!r} {refused.value} {refused.value.details} {refused.value.__cause__!r}"


@pytest.mark.parametrize(
    "fault", [faults.unicorn(), faults.unicorn(503), faults.cut_off(b"x" * 99, 10), faults.text("garbage")]
)
async def test_what_passes_is_tried_again(github: LoopbackGitHub, fault: Fault) -> None:
    github.state.fail("commits", fault, times=2)
    assert (await repository_at(github.url).resolve()).sha == COMMIT
    assert github.state.requests() == ["commits"] * 3


async def test_an_address_that_is_none_is_told_when_it_is_asked() -> None:
    repository = repository_at("http://localhost:70000")
    with pytest.raises(TemplateSourceRefused, match="GITHUB_API_URL"):
        await repository.resolve()


async def test_cookies_are_not_kept(github: LoopbackGitHub) -> None:
    github.state.fail("commits", faults.status(502, headers={"set-cookie": "a=\xff"}), times=1)
    github.state.fail("commits", faults.status(502, headers={"set-cookie": "a=b; domain=localhost"}), times=1)
    assert (await repository_at(github.url).resolve()).sha == COMMIT
    assert ["cookie" in asked.headers for asked in github.state.asked] == [False] * 3


async def test_nobody_listens() -> None:
    with pytest.raises(TemplatesUnavailable, match=r"localhost can't be reached, or hangs up \(ConnectError\)"):
        await repository_at(f"http://localhost:{free_port()}", token=TOKEN).resolve()


async def test_no_name_server_knows_it() -> None:
    with pytest.raises(TemplatesUnavailable, match=r"api\.invalid can't be reached"):
        await repository_at("https://api.invalid").resolve()


async def test_no_answer_is_not_waited_for(github: LoopbackGitHub) -> None:
    github.state.fail("commits", faults.slow_headers())
    with pytest.raises(TemplatesUnavailable, match="localhost does not answer in time"):
        await repository_at(github.url, idle_s=0.05).resolve()
    # The last one may still be on its way.
    await until(lambda: len(github.state.asked) == 3)
    with pytest.raises(TemplatesUnavailable, match=r"localhost took longer than 0\.05 seconds"):
        await repository_at(github.url, total_s=0.05).resolve()


async def test_somebody_elses_timeout_stays_theirs(github: LoopbackGitHub) -> None:
    github.state.fail("commits", faults.slow_headers())
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await repository_at(github.url).resolve()


async def test_a_limit_is_obeyed(github: LoopbackGitHub) -> None:
    github.state.fail("commits", faults.primary_limit(reset_in_s=1800), times=1)
    repository = repository_at(github.url)
    for _ in range(2):
        with pytest.raises(TemplatesRateLimited) as limited:
            await repository.resolve()
        assert timedelta(minutes=29) < limited.value.retry_at - utcnow() < timedelta(minutes=31)
    assert len(github.state.asked) == 1


async def test_the_last_request_of_the_hour_is_the_last(github: LoopbackGitHub) -> None:
    github.state.used[""] = 59
    repository = repository_at(github.url)
    resolved = await repository.resolve()
    with pytest.raises(TemplatesRateLimited):
        await repository.resolve()
    assert (resolved.sha, github.state.requests()) == (COMMIT, ["commits"])
    # Another client does not know it, and is told.
    with pytest.raises(TemplatesRateLimited):
        await repository_at(github.url).resolve()
    assert github.state.requests() == ["commits"] * 2


async def test_a_repository_that_was_renamed(github: LoopbackGitHub) -> None:
    github.state.fail("commits", faults.moved("/repos/stackblitz/starters/commits/main", 301), times=1)
    assert (await repository_at(github.url, token=TOKEN, repository="old/name").resolve()).sha == COMMIT
    assert [asked.headers["authorization"] for asked in github.state.asked] == [f"Bearer {TOKEN}"] * 2


@pytest.mark.parametrize("token", ["tök", "two words", "two\nlines", "nul\0", "tab\tbed"])
async def test_what_is_no_token_is_never_told(github: LoopbackGitHub, token: str) -> None:
    with pytest.raises(TemplateSourceRefused, match="characters that no token has") as refused:
        await repository_at(github.url, token=token).resolve()
    assert token not in f"{refused.value!r}{refused.value.__context__!r}"
    assert github.state.asked == []


async def test_a_token_is_nowhere_to_be_seen(github: LoopbackGitHub, capfd: pytest.CaptureFixture[str]) -> None:
    repository = repository_at(github.url, token="ghp_unknown")
    with pytest.raises(TemplateSourceRefused, match="does not know our GITHUB_TOKEN") as refused:
        await repository.resolve()
    told = "".join(capfd.readouterr())
    assert "ghp_unknown" not in f"{repository!r}{vars(repository)!r}{refused.value!r}{told}"


@pytest.mark.parametrize("proxy", ["gopher://127.0.0.1", "socks5://127.0.0.1:1", "http://[::1"])
async def test_a_proxy_that_is_none(github: LoopbackGitHub, monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(TemplatesUnavailable, match="proxy or certificates can't be used"):
        await repository_at(github.url).resolve()


async def test_loopback_is_reached_without_a_proxy(github: LoopbackGitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    assert (await repository_at(github.url).resolve()).sha == COMMIT


async def test_everything_else_is_reached_by_the_proxy(github: LoopbackGitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", github.url)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    assert (await repository_at("http://api.invalid").resolve()).sha == COMMIT
    assert github.state.asked[0].host == "api.invalid"
