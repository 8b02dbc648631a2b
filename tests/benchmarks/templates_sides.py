"""One round each of searching, making projects and syncing, and of what stands beside that."""

import asyncio
import hashlib
import os
import shutil
import tarfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import httpx
import orjson
from bson import ObjectId

from tests.benchmarks.http_load import connected
from tests.benchmarks.measure import Cost, Side
from tests.benchmarks.sandbox_sides import repeated
from tests.benchmarks.serving import Serving
from tests.benchmarks.templates_room import TemplatesRoom


def typed(server: Serving, requests: Sequence[bytes]) -> Side:
    """A round of these requests, one behind the other, as keys are hit, over a connection opened for it, as servers
    close those on which nothing comes for long. RuntimeError where one finds nothing.
    """

    async def side() -> Cost:
        async with connected(server) as connections:
            each_s, cpu_s = [], server.cpu_s
            for request in requests:
                started = time.perf_counter()
                answer = await connections[0].exchange(request)
                each_s.append(time.perf_counter() - started)
                if not orjson.loads(answer)["data"]["templates"]["nodes"]:
                    raise RuntimeError("Nothing was found.")
            used_s = (server.cpu_s - cpu_s) / len(requests)
        return Cost(sum(each_s) / len(each_s), used_s, tuple(each_s))

    return side


def created(room: TemplatesRoom, times: int) -> Side:
    """A round of new projects, each from the wish to READY."""
    return repeated(room.make_project, times)


def created_raw(room: TemplatesRoom, times: int) -> Side:
    """A round of transactions, each of which inserts a project, its files and their first versions."""
    projects, files, versions = (room.database[f"raw_{name}"] for name in ("projects", "files", "versions"))

    async def create() -> None:
        project_id = ObjectId()
        copies = [{**file, "_id": ObjectId(), "project_id": project_id} for file in room.files]
        async with room.database.client.start_session() as session, await session.start_transaction():
            await projects.insert_one({**room.project, "_id": project_id}, session=session)
            await files.insert_many(copies, session=session)
            await versions.insert_many([{**copy, "_id": ObjectId()} for copy in copies], session=session)

    return repeated(create, times)


def synced(room: TemplatesRoom) -> Side:
    """A round of one sync of a repository that nobody knew, its files included."""

    async def side() -> Cost:
        await room.forget_starters()
        blobs = next(room.folder.rglob("blobs/templates"), None)
        if blobs is not None:
            shutil.rmtree(blobs)
        started = time.perf_counter()
        sync = await room.syncs.run_here(force=True)
        wall_s = time.perf_counter() - started
        if not sync.added:
            raise RuntimeError(f"The sync is {sync.status}: {sync.failure}")
        return Cost(wall_s)

    return side


def synced_raw(room: TemplatesRoom) -> Side:
    """A round of the same by the plainest program: each different file is written and synced once."""

    async def side() -> Cost:
        folder = room.folder / "raw-sync"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        await room.database["raw_templates"].delete_many({})
        started = time.perf_counter()
        async with httpx.AsyncClient(follow_redirects=True) as client:
            url = f"{room.github.url}/repos/{room.github.state.repository}/tarball/{room.github.state.commit}"
            archive = folder / "archive"
            archive.write_bytes((await client.get(url)).content)
        documents = await asyncio.to_thread(_unpack, archive, folder)
        async with room.database.client.start_session() as session, await session.start_transaction():
            await room.database["raw_templates"].insert_many(documents, session=session)
        return Cost(time.perf_counter() - started)

    return side


def _unpack(archive: Path, folder: Path) -> list[dict[str, object]]:
    manifests: dict[str, list[dict[str, object]]] = {}
    with tarfile.open(archive) as packed:
        for member in packed:
            parts = member.name.split("/", 2)
            content = packed.extractfile(member) if member.isfile() and len(parts) > 2 else None
            if content is not None:
                data = content.read()
                sha256 = hashlib.sha256(data).hexdigest()
                _write(folder / sha256, data)
                manifests.setdefault(parts[1], []).append({"path": parts[2], "sha256": sha256, "size": len(data)})
    at = datetime.now(UTC)
    return [{"slug": slug, "files": files, "updated_at": at} for slug, files in manifests.items()]


def _write(path: Path, data: bytes) -> None:
    if path.exists():
        return
    with path.open("xb", buffering=0) as file:
        file.write(data)
        os.fsync(file.fileno())
