"""Previews of a real sandbox behind a real port."""

import asyncio
import contextlib
import secrets
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
from bson import ObjectId
from pymongo import AsyncMongoClient

from aura_gql.commands.http_server import bind
from aura_gql.commands.preview_port import preview_port
from aura_gql.infra.idempotency import MongoIdempotencyKeys
from aura_gql.infra.mongo import Database, MongoDocument, init_documents
from aura_gql.previews.addresses import PreviewAddresses
from aura_gql.previews.documents import PreviewUrl
from aura_gql.previews.records import PreviewLimits, PreviewRecord
from aura_gql.previews.service import PreviewService
from aura_gql.sandboxes.records import SandboxLimits
from aura_gql.sandboxes.values import Command
from aura_gql.web.previews.bounds import ProxyBounds
from aura_gql.web.previews.gate import PreviewGate
from tests.support.processes import first_line
from tests.support.sandboxes import OWNER, SandboxBench, sandbox_bench

APP = Path(__file__).with_name("preview_app.py")
PORT, OTHER_PORT = 3000, 4000


@dataclass(frozen=True)
class Preview:
    """A preview and how to reach it."""

    record: PreviewRecord
    url: str

    @property
    def host(self) -> str:
        """The value of `Host`."""
        return self.url.removeprefix("http://").removesuffix("/")

    @property
    def origin(self) -> str:
        """The value of `Origin`."""
        return self.url.removesuffix("/")


@dataclass
class PreviewBench:
    """A server as far as its previews; `sandbox_id` runs `preview_app.py` at PORT and OTHER_PORT."""

    below: SandboxBench
    previews: PreviewService
    gate: PreviewGate
    port: int
    sandbox_id: ObjectId
    http: httpx.AsyncClient

    async def preview(
        self, port: int = PORT, lasts_s: int | None = None, sandbox_id: ObjectId | None = None
    ) -> Preview:
        """A new one."""
        made = await self.previews.create(OWNER, sandbox_id or self.sandbox_id, port, lasts_s)
        assert made.url is not None
        return Preview(made.preview, made.url)

    async def get(self, preview: Preview, path: str = "/", **headers: str) -> httpx.Response:
        """A GET through a preview."""
        return await self.http.get(path, headers={"host": preview.host, **headers})

    async def elsewhere(self) -> ObjectId:
        """Another sandbox, in which nothing runs."""
        return (await self.below.running()).id

    async def raw(self, text: bytes) -> bytes:
        """All that a connection answers to bytes as they are, until it is closed."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(text)
            return await reader.read()
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


async def start_app(bench: SandboxBench, sandbox_id: ObjectId, *ports: int) -> None:
    """Have `preview_app.py` listen."""
    machine = bench.sandboxes.machines.get(sandbox_id)
    assert machine is not None
    process = await machine.start_process(Command(["python3", "app.py", *map(str, ports)]))
    assert await first_line(process) == "ready"


@contextlib.asynccontextmanager
async def preview_bench(
    database: Database,
    folder: Path,
    bounds: ProxyBounds | None = None,
    limits: PreviewLimits | None = None,
) -> AsyncIterator[PreviewBench]:
    """A bench, taken down in order."""
    async with sandbox_bench(database, folder, SandboxLimits(max_per_user=50)) as below:
        await init_documents(database, [PreviewUrl])
        with bind("127.0.0.1", 0) as bound:
            port = bound.getsockname()[1]
            addresses = PreviewAddresses("http", "localhost", port)
            previews = PreviewService(below.sandboxes, MongoIdempotencyKeys(), limits or PreviewLimits(), addresses)
            gate = PreviewGate(previews, bounds or ProxyBounds())
            sandbox = await below.running(await below.project({"app.py": APP.read_bytes()}))
            await start_app(below, sandbox.id, PORT, OTHER_PORT)
            async with (
                preview_port(gate, bound, 5.0),
                httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as http,
            ):
                yield PreviewBench(below, previews, gate, port, sandbox.id, http)
        await previews.stop()


@contextlib.asynccontextmanager
async def scratch_preview_bench(
    mongodb_uri: str, bounds: ProxyBounds | None = None, limits: PreviewLimits | None = None
) -> AsyncIterator[PreviewBench]:
    """A bench with a database and a folder of its own, for all tests of a module."""
    async with AsyncMongoClient[MongoDocument](mongodb_uri, tz_aware=True) as client:
        name = f"test_{secrets.token_hex(8)}"
        with tempfile.TemporaryDirectory(prefix="aura-test-") as folder:
            Path(folder).chmod(0o755)
            async with preview_bench(client[name], Path(folder), bounds, limits) as bench:
                yield bench
        await client.drop_database(name)
