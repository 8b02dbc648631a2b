import pytest

from aura_gql.files.history.restoring import FileRestoring
from aura_gql.files.history.retention.documents import HistoryFloorDocument
from aura_gql.files.history.service import FileHistory
from tests.files.history.past import Past
from tests.files.world import World
from tests.support.mongo import init_documents


@pytest.fixture
async def past(world: World) -> Past:
    await init_documents(world.database, [HistoryFloorDocument])
    history = FileHistory(world.files)
    return Past(world, await world.project(), history, FileRestoring(world.projects, world.files, history))
