"""A world for syncs, with one GitHub for all of a module."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from aura_gql.infra.documents import JobDocument
from aura_gql.infra.mongo import Database
from aura_gql.templates.syncs.documents import SYNC_DOCUMENTS
from tests.support.github.server import LoopbackGitHub, loopback_github
from tests.support.mongo import init_documents
from tests.support.templates import TEMPLATE_DOCUMENTS
from tests.templates.syncs.world import SyncWorld


@pytest.fixture(scope="module")
def github() -> Iterator[LoopbackGitHub]:
    with loopback_github(b"") as github:
        yield github


@pytest.fixture
async def world(database: Database, github: LoopbackGitHub, tmp_path: Path) -> SyncWorld:
    """Nothing is in the catalogue yet; the repository has `one` and `two`."""
    github.state.heal()
    await init_documents(database, [*TEMPLATE_DOCUMENTS, JobDocument, *SYNC_DOCUMENTS])
    world = SyncWorld(database, github, tmp_path)
    world.publish("a", one="1", two="2")
    return world
