"""Files keep the contract over a channel whose links break at any byte, all the time."""

import random
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.sandboxes.file_contract import FileContract
from tests.sandboxes.provider_contract import SandboxContract
from tests.sandboxes.watch_contract import WatchContract
from tests.support.far_files import FarFilesProvider
from tests.support.remote_files import Lengths

pytestmark = pytest.mark.asyncio(loop_scope="module")


def breaking() -> Lengths:
    """Links that carry a few hundred bytes, or more than the longest line has, which has to pass at some time."""
    choose = random.Random(3)
    return lambda: (choose.choice([500, 5_000, 70_000]), choose.choice([500, 5_000, 70_000]))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def provider() -> AsyncIterator[FarFilesProvider]:
    """Local machines with files that are far away."""
    root = Path(tempfile.mkdtemp(prefix="aura-test-"))
    root.chmod(0o755)
    provider = FarFilesProvider(root, breaking)
    yield provider
    await provider.close()
    shutil.rmtree(root)


class TestFilesFarAway(FileContract):
    pass


class TestWatchingFromFarAway(WatchContract):
    pass


class TestSandboxesWithFilesFarAway(SandboxContract):
    pass
