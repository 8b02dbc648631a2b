"""`aura-gql storage verify`, as a process, on a database and a folder that a server might have left."""

import json
from pathlib import Path

import pytest

from aura_gql.files.limits import FileLimits
from aura_gql.infra.mongo import Database
from tests.files.world import make_world
from tests.support.commands import aura_gql


@pytest.fixture
def settings(mongodb_uri: str, database: Database, tmp_path: Path) -> dict[str, str]:
    return {"DATABASE_URL": mongodb_uri, "MONGODB_DB_NAME": database.name, "BLOB_DIRECTORY": str(tmp_path)}


async def test_a_store_is_told_and_repaired(database: Database, settings: dict[str, str], tmp_path: Path) -> None:
    world = await make_world(database, tmp_path, FileLimits())
    project_id = await world.project()
    lost = await world.save(project_id, "src/lost.txt", b"lost")
    await world.save(project_id, "kept.txt", b"kept")
    (path,) = tmp_path.rglob(lost.sha256)
    path.unlink()
    await world.database["project_storage"].update_one({"_id": project_id}, {"$inc": {"total_bytes": 5}})
    first = aura_gql("storage", "verify", "--deep", cwd=tmp_path, settings=settings)
    assert first.returncode == 1
    assert f"FAIL  missing projects/{project_id}/{lost.sha256}: version 1 of src/lost.txt in project" in first.stdout
    assert f"FAIL  miscounted project {project_id}: stored are 2 files of 13 bytes" in first.stdout

    second = aura_gql("storage", "verify", "--repair", "--json", cwd=tmp_path, settings=settings)
    told = json.loads(second.stdout)
    assert (second.returncode, told["ok"]) == (1, False)  # What is lost stays lost.
    # The user's count was right: it is the sum of totals, one of which was not.
    assert {name: count for name, count in told["counts"].items() if count} == {"MISSING": 1, "MISCOUNTED_PROJECT": 1}
    assert await world.database["lost_blobs"].count_documents({}) == 1
    assert await world.database["project_files"].count_documents({"project_id": project_id}) == 2


def test_a_database_that_is_away(tmp_path: Path) -> None:
    away = {"DATABASE_URL": "mongodb://127.0.0.1:1", "MONGODB_SERVER_SELECTION_TIMEOUT_MS": "200"}
    result = aura_gql("storage", "verify", cwd=tmp_path, settings=away)
    assert result.returncode == 1
    assert result.stderr.startswith("aura-gql: MongoDB does not answer")


def test_no_server_on_the_folder(tmp_path: Path) -> None:
    result = aura_gql("storage", "verify", cwd=tmp_path)
    assert result.returncode == 1
    assert "no aura-gql dev is running" in result.stderr
