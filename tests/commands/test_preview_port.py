"""The port of previews."""

import asyncio
from pathlib import Path

from aura_gql.commands.http_server import bind, bound_for_previews, port_of
from aura_gql.infra.mongo import Database
from aura_gql.settings import Mode
from tests.support.api import settings_for
from tests.support.previews import PreviewBench, preview_bench


async def test_serves_previews_and_nothing_else_until_the_end(database: Database, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    async with preview_bench(database, tmp_path) as bench:
        await look_around(bench)
        port = bench.port
    with bind("127.0.0.1", port) as again:
        assert port_of(again) == port


async def look_around(bench: PreviewBench) -> None:
    """The app at its address; at any other, and at our own paths, nothing."""
    preview = await bench.preview()
    assert (await bench.get(preview)).text == "hello"
    for path in ("/graphql", "/healthz", "/metrics", "/"):
        assert (await bench.http.get(path)).status_code == 404
    # On the connection that is open still: the end does not wait for it.
    reader, writer = await asyncio.open_connection("127.0.0.1", bench.port)
    writer.write(f"GET / HTTP/1.1\r\nHost: {preview.host}\r\n\r\n".encode())
    assert (await reader.readuntil(b"hello")).startswith(b"HTTP/1.1 200 ")
    writer.close()


def test_is_bound_where_the_settings_have_it(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, "aura")
    with bound_for_previews(settings) as bound:
        assert port_of(bound) not in (None, 0)
    with bound_for_previews(settings.model_copy(update={"mode": Mode.PRODUCTION})) as bound:
        assert port_of(bound) is None
