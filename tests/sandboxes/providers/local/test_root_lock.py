"""One server in a sandbox folder."""

from pathlib import Path

import pytest

from aura_gql.kernel.errors import ProviderUnavailable
from aura_gql.sandboxes.providers.local.provider import LocalProvider
from aura_gql.sandboxes.providers.local.root_lock import RootLock
from aura_gql.sandboxes.values import SandboxSpec


def test_a_folder_has_one_owner_until_it_lets_go(tmp_path: Path) -> None:
    first, second = RootLock(tmp_path / "root"), RootLock(tmp_path / "root")
    first.acquire()
    first.acquire()

    with pytest.raises(ProviderUnavailable, match="DATA_DIRECTORY"):
        second.acquire()

    first.release()
    first.release()
    second.acquire()
    second.release()


async def test_another_server_touches_no_sandbox_of_the_first(tmp_path: Path) -> None:
    first, second = LocalProvider(tmp_path), LocalProvider(tmp_path)
    try:
        sandbox = await first.create(SandboxSpec("first", "project"))

        assert await second.remove_orphans([]) == []
        assert not (await second.health()).available
        with pytest.raises(ProviderUnavailable):
            await second.create(SandboxSpec("second", "project"))
        await second.close()

        assert (tmp_path / "first").is_dir()
        assert sandbox.running
    finally:
        await first.close()
