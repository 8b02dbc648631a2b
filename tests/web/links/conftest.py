from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.links import LinkServer, link_server


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[LinkServer]:
    """A server of links, without a database."""
    async with link_server(tmp_path) as running:
        yield running
