"""The plainest program that keeps a file: its bytes durably in a folder, and one document that names them."""

import asyncio
import hashlib
import os
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from pymongo import UpdateOne

from aura_gql.infra.mongo import Database

COLLECTION = "raw_files"


class RawFiles:
    """Files of one folder and one collection: no history, no limits, nobody's but the caller's."""

    def __init__(self, folder: Path, database: Database) -> None:
        self._folder = folder
        self._files = database[COLLECTION]
        (folder / "incoming").mkdir(parents=True, exist_ok=True)

    async def save(self, path: str, data: bytes) -> None:
        """Write the bytes beside the event loop, then tell the database, which answers when that would survive."""
        sha256 = await asyncio.to_thread(self._write, data)
        await self._files.update_one({"_id": path}, {"$set": _facts(sha256, data), "$inc": {"version": 1}}, upsert=True)

    async def save_all(self, files: Sequence[tuple[str, bytes]]) -> None:
        """Write each file's bytes, then tell the database of all in one transaction; at least one file."""
        written = await asyncio.to_thread(lambda: [self._write(data) for _, data in files])
        changes = [
            UpdateOne({"_id": path}, {"$set": _facts(sha256, data), "$inc": {"version": 1}}, upsert=True)
            for sha256, (path, data) in zip(written, files, strict=True)
        ]
        async with self._files.database.client.start_session() as session, await session.start_transaction():
            await self._files.bulk_write(changes, session=session)

    def _write(self, data: bytes) -> str:
        sha256 = hashlib.sha256(data).hexdigest()
        temporary = self._folder / "incoming" / uuid.uuid4().hex
        with temporary.open("xb", buffering=0) as file:
            file.write(data)
            os.fsync(file.fileno())
        temporary.replace(self._folder / sha256)
        descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        return sha256


def _facts(sha256: str, data: bytes) -> dict[str, object]:
    return {"sha256": sha256, "size": len(data), "updated_at": datetime.now(UTC)}
