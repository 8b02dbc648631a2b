"""Making sandboxes, refusing to, and clearing up after a crash."""

import asyncio
import contextlib
import os
from pathlib import Path

import pytest

from aura_gql.kernel.errors import Conflict, InvalidInput, ProviderUnavailable
from aura_gql.sandboxes.errors import SandboxQuotaExceeded
from aura_gql.sandboxes.ports import Sandbox
from aura_gql.sandboxes.providers.local.modes import IsolationMode, possible_modes
from aura_gql.sandboxes.providers.local.provider import LocalProvider
from aura_gql.sandboxes.values import SandboxSpec
from tests.sandboxes.providers.local.conftest import SMALL
from tests.support.local_sandbox import open_channels
from tests.support.processes import run
from tests.support.waiting import until


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "sandboxes"


def entries(root: Path) -> list[str]:
    return sorted(name for name in os.listdir(root) if not name.startswith("."))


@pytest.mark.parametrize("bwrap", ["/bin/false", "/nowhere/bwrap", "/etc/passwd"])
async def test_refuses_without_a_working_bubblewrap(root: Path, bwrap: str) -> None:
    provider = LocalProvider(root, bwrap=Path(bwrap))
    with pytest.raises(ProviderUnavailable):
        await provider.create(SandboxSpec("never", "project"))
    health = await provider.health()
    assert not health.available
    assert health.detail
    assert not root.exists() or entries(root) == []
    await provider.close()


async def test_refuses_without_a_possible_mode(root: Path) -> None:
    impossible = [mode for mode in IsolationMode if mode not in possible_modes()]
    provider = LocalProvider(root, modes=impossible)
    with pytest.raises(ProviderUnavailable, match="nothing runs without it"):
        await provider.create(SandboxSpec("never", "project"))
    assert entries(root) == []


async def test_says_when_its_folder_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert not (await LocalProvider(tmp_path / "file").health()).available


async def test_takes_only_plain_ids(root: Path) -> None:
    provider = LocalProvider(root)
    for name in ("", ".etc", "../up", "a/b", "x" * 65, "a\n"):
        with pytest.raises(InvalidInput):
            await provider.create(SandboxSpec(name, "project"))


async def test_has_a_limit_and_tells_of_a_double_start(root: Path) -> None:
    provider = LocalProvider(root, SMALL)
    await provider.health()
    results = await asyncio.gather(
        *(provider.create(SandboxSpec(name, "project")) for name in ("a", "a", "b", "c", "d", "e")),
        return_exceptions=True,
    )
    assert [type(result) for result in results if isinstance(result, Exception)] == [Conflict, SandboxQuotaExceeded]
    assert entries(root) == ["a", "b", "c", "d"]
    await provider.close()
    assert entries(root) == []


@pytest.mark.parametrize("turns", [0, 1, 3, 10, 100])
async def test_a_cancelled_create_leaves_nothing(root: Path, turns: int) -> None:
    provider = LocalProvider(root)
    await provider.health()
    before = open_channels()
    creating = asyncio.create_task(provider.create(SandboxSpec("cancelled", "project")))
    for _ in range(turns):
        await asyncio.sleep(0)
    creating.cancel()
    with pytest.raises(asyncio.CancelledError):
        await creating

    async def created_again() -> Sandbox | None:
        with contextlib.suppress(Conflict):
            return await provider.create(SandboxSpec("cancelled", "project"))
        return None

    again = await until(created_again)
    assert again is not None
    assert (await run(again, "echo", "well")).text == "well"
    await provider.close()
    assert entries(root) == []
    await until(lambda: open_channels() <= before)


async def test_a_cancelled_self_test_leaves_nothing(root: Path) -> None:
    provider = LocalProvider(root)
    proving = asyncio.create_task(provider.health())
    await until(root.exists)
    proving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await proving
    await provider.close()
    assert entries(root) == []


async def test_cancelled_self_tests_keep_the_next_one_waiting(root: Path) -> None:
    provider = LocalProvider(root)
    for _ in range(8):
        proving = asyncio.create_task(provider.health())
        await until(root.exists)
        proving.cancel()
        await asyncio.wait({proving})
    health = await provider.health()
    await provider.close()
    assert health.available, health.detail


async def test_orphans_may_be_anything(root: Path, tmp_path: Path) -> None:
    provider = LocalProvider(root)
    await provider.health()
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").touch()
    (root / "old" / "project").mkdir(parents=True)
    (root / "old" / "project" / "link").symlink_to(outside)
    (root / "keep").mkdir()
    assert await provider.remove_orphans(["keep"]) == ["old"]
    assert entries(root) == ["keep"]
    assert (outside / "kept").exists()
    await provider.close()


async def test_closing_ends_what_is_starting(root: Path) -> None:
    provider = LocalProvider(root)
    await provider.health()
    creating = asyncio.create_task(provider.create(SandboxSpec("late", "project")))
    await until(lambda: "late" in entries(root))
    await provider.close()
    assert entries(root) == []
    assert not (await creating).running
