"""`scripts/smoke`: what it refuses, and that it holds a vendor to the contract and leaves nothing behind."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.providers.remote.errors import VendorFull
from aura_gql.sandboxes.values import SandboxSpec
from aura_gql.settings import Mode, load_settings
from tests.benchmarks.serving import ROOT
from tests.smoke.__main__ import main
from tests.smoke.account import MOST_AT_ONCE, SmokeProvider
from tests.support.commands import clean_environment
from tests.support.vendors.daytona import state as daytona_state
from tests.support.vendors.daytona.cloud import LoopbackDaytona
from tests.support.vendors.e2b import state as e2b_state
from tests.support.vendors.e2b.cloud import LoopbackE2B
from tests.support.waiting import until

_OF_E2B = ("e2b", "-q", "-k", "test_removes_trees or test_keeps_stderr_apart")


def environment(**settings: str) -> dict[str, str]:
    """Of somebody's shell, not of CI."""
    return {name: value for name, value in clean_environment(**settings).items() if name != "CI"}


@asynccontextmanager
async def smoke(*arguments: str, settings: Mapping[str, str]) -> AsyncIterator[Process]:
    """The script under way; it is over at the end."""
    command = [sys.executable, "-m", "tests.smoke", *arguments]
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, env=environment(**settings), stdout=PIPE, stderr=STDOUT
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


@pytest.mark.parametrize(
    ("vendor", "settings", "reason"),
    [
        ("e2b", {}, "smoke: E2B_API_KEY is not set"),
        ("daytona", {"E2B_API_KEY": "e2b_of_another"}, "smoke: DAYTONA_API_KEY is not set"),
        ("e2b", {"E2B_API_KEY": "e2b_unused", "CI": "true"}, "smoke: CI is set"),
    ],
)
def test_it_refuses(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    vendor: str,
    settings: dict[str, str],
    reason: str,
) -> None:
    for name in ("CI", "E2B_API_KEY", "DAYTONA_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert main([vendor]) == 2
    told = capsys.readouterr()
    assert told.err.startswith(reason)
    assert "unused" not in told.err
    assert told.out == ""


async def test_it_holds_e2b_to_the_contract_and_leaves_nothing() -> None:
    async with LoopbackE2B() as cloud:
        settings = {"E2B_API_KEY": e2b_state.API_KEY, "E2B_API_URL": cloud.url, "E2B_SANDBOX_URL": cloud.url}
        async with smoke(*_OF_E2B, settings=settings) as process:
            printed, _ = await process.communicate()
            assert process.returncode == 0, printed.decode()
        assert "2 passed" in printed.decode()
        assert b"smoke: 0 machines were left behind, 0 of them are still there" in printed
        assert not cloud.state.machines


async def test_it_ends_what_is_left_where_the_tests_are_killed() -> None:
    async with LoopbackDaytona() as cloud:
        settings = {"DAYTONA_API_KEY": daytona_state.API_KEY, "DAYTONA_API_URL": cloud.api_url}
        async with smoke("daytona", "-q", "-k", "TestProcesses", settings=settings) as process:
            await until(lambda: [one for one in cloud.state.machines.values() if one.guest is not None])
            (tests,) = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
            os.kill(int(tests), signal.SIGKILL)
            printed, _ = await process.communicate()
        assert process.returncode
        assert b"smoke: 1 machines were left behind, 0 of them are still there" in printed, printed.decode()


async def test_it_makes_no_more_machines_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    async with LoopbackE2B() as cloud:
        monkeypatch.setenv("E2B_API_KEY", e2b_state.API_KEY)
        monkeypatch.setenv("E2B_API_URL", cloud.url)
        monkeypatch.setenv("E2B_SANDBOX_URL", cloud.url)
        settings = load_settings(Mode.DEVELOPMENT, None)
        provider = SmokeProvider(settings, SandboxProviderName.E2B, "smoke-tests", most=MOST_AT_ONCE + 1)
        for number in range(MOST_AT_ONCE):
            await provider.create(SandboxSpec(f"s{number}", "project"))
        with pytest.raises(VendorFull, match="as many as it may at once"):
            await provider.create(SandboxSpec("another", "project"))
        assert await provider.remove_all() == (MOST_AT_ONCE, 0)
        await provider.create(SandboxSpec("last", "project"))
        with pytest.raises(VendorFull, match="--machines"):
            await provider.create(SandboxSpec("beyond", "project"))
        assert await provider.remove_all() == (1, 0)
        await provider.close()
        assert not cloud.state.machines
