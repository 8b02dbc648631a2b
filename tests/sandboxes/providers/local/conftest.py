"""Local providers in every mode that this user can have."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from aura_gql.sandboxes.providers.local.limits import MIB, LocalLimits
from aura_gql.sandboxes.providers.local.modes import IsolationMode, possible_modes
from aura_gql.sandboxes.providers.local.provider import LocalProvider
from aura_gql.sandboxes.providers.local.sandbox import LocalSandbox
from aura_gql.sandboxes.values import SandboxSpec

# Small enough to be reached soon, large enough for node.
SMALL = LocalLimits(
    memory_bytes=192 * MIB,
    processes=64,
    tmp_bytes=16 * MIB,
    shm_bytes=8 * MIB,
    disk_bytes=32 * MIB,
    disk_files=600,
    file_bytes=64 * MIB,
    max_sandboxes=4,
)


@pytest.fixture(scope="module")
def root() -> Iterator[Path]:
    """A folder that other users can pass through, as ROOT_PREDROP needs; pytest's own is closed to them."""
    folder = Path(tempfile.mkdtemp(prefix="aura-test-"))
    folder.chmod(0o755)
    yield folder
    assert not [name for name in os.listdir(folder) if name not in (".etc", ".lock")], "a sandbox left its folder"
    shutil.rmtree(folder)


@pytest.fixture(scope="module", params=possible_modes(), ids=str)
def mode(request: pytest.FixtureRequest) -> IsolationMode:
    """Each mode that this user can have; the others are proved by a run as another user."""
    chosen: IsolationMode = request.param
    return chosen


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def provider(root: Path, mode: IsolationMode) -> AsyncIterator[LocalProvider]:
    """A provider with small limits in one mode, shared by a module's tests: proving a mode takes longer than most."""
    provider = LocalProvider(root, SMALL, modes=[mode])
    yield provider
    await provider.close()


@pytest_asyncio.fixture(loop_scope="module")
async def sandbox(provider: LocalProvider) -> AsyncIterator[LocalSandbox]:
    """A running sandbox."""
    sandbox = await provider.create(SandboxSpec("sandbox", "project"))
    yield sandbox
    await sandbox.stop()
