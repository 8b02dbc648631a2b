"""The doctor's check of GitHub, on one that works and on one that does not."""

from collections.abc import Iterator, Mapping

import pytest

from aura_gql.commands.findings import Finding, State
from aura_gql.commands.github_check import check_github
from aura_gql.settings import Mode, load_settings
from tests.support.github import faults
from tests.support.github.archives import COMMIT
from tests.support.github.clients import TOKEN
from tests.support.github.faults import Fault
from tests.support.github.server import LoopbackGitHub, loopback_github
from tests.support.redis import free_port


@pytest.fixture(scope="module")
def _github() -> Iterator[LoopbackGitHub]:
    with loopback_github(b"", COMMIT) as github:
        yield github


@pytest.fixture
def github(_github: LoopbackGitHub) -> LoopbackGitHub:
    _github.state.heal()
    return _github


async def finding(patch: pytest.MonkeyPatch, values: Mapping[str, str]) -> Finding:
    patch.delenv("TEMPLATE_SYNC_INTERVAL_S", raising=False)
    for name, value in values.items():
        patch.setenv(name, value)
    (found,) = await check_github(load_settings(Mode.DEVELOPMENT, None))
    return found


@pytest.mark.parametrize(("token", "left"), [({}, "60 of 60"), ({"GITHUB_TOKEN": TOKEN}, "5000 of 5000")])
async def test_all_is_well(
    github: LoopbackGitHub, monkeypatch: pytest.MonkeyPatch, token: Mapping[str, str], left: str
) -> None:
    found = await finding(monkeypatch, {**github.environment, **token})
    assert found.state is State.OK
    assert found.detail.startswith(f"stackblitz/starters at main is {COMMIT[:7]}; {left} requests are left until ")
    assert github.state.requests() == ["rate_limit", "commits"]


async def test_a_github_without_limits(github: LoopbackGitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    github.state.fail("rate_limit", faults.status(404, '{"message": "Rate limiting is not enabled."}'))
    found = await finding(monkeypatch, github.environment)
    assert (found.state, found.detail) == (State.OK, f"stackblitz/starters at main is {COMMIT[:7]}")


@pytest.mark.parametrize(
    ("values", "told", "advice"),
    [
        ({"GITHUB_TOKEN": "ghp_unknown"}, "does not know our GITHUB_TOKEN", "Correct GITHUB_TOKEN"),
        ({"TEMPLATE_REPOSITORY": "a/b"}, "has no a/b at main", "Correct TEMPLATE_REPOSITORY"),
        ({"GITHUB_API_URL": f"http://127.0.0.1:{free_port()}"}, "can't be reached", "GITHUB_API_URL"),
    ],
)
async def test_what_is_wrong(
    github: LoopbackGitHub, monkeypatch: pytest.MonkeyPatch, values: Mapping[str, str], told: str, advice: str
) -> None:
    found = await finding(monkeypatch, {**github.environment, **values})
    assert found.state is State.WARNING
    assert told in found.detail
    assert advice in found.advice
    assert "ghp_" not in f"{found}"


@pytest.mark.parametrize(
    "answer",
    [
        faults.text("{}"),
        faults.text("[" * 60_000),
        faults.text('{"resources": {"core": {"limit": 60, "remaining": 1, "reset": 1e99}}}'),
        faults.text('{"resources": {"core": null}}'),
        faults.unicorn(),
    ],
)
async def test_garbage_is_a_warning(github: LoopbackGitHub, monkeypatch: pytest.MonkeyPatch, answer: Fault) -> None:
    github.state.fail("rate_limit", answer)
    assert (await finding(monkeypatch, github.environment)).state is State.WARNING
    assert github.state.requests() == ["rate_limit"]


@pytest.mark.parametrize(("used", "told"), [(55, "5 of 60 requests are left"), (60, "can be asked again at")])
async def test_few_requests_are_left(
    github: LoopbackGitHub, monkeypatch: pytest.MonkeyPatch, used: int, told: str
) -> None:
    github.state.used[""] = used
    found = await finding(monkeypatch, github.environment)
    assert found.state is State.WARNING
    assert told in found.detail
    assert "GITHUB_TOKEN" in found.advice


async def test_nobody_is_asked_where_nothing_is_looked_for(
    github: LoopbackGitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = await finding(monkeypatch, {**github.environment, "TEMPLATE_SYNC_INTERVAL_S": "0"})
    assert (found.state, github.state.asked) == (State.OK, [])
