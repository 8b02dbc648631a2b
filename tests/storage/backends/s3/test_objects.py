import hashlib

import pytest

from aura_gql.storage.backends.s3.values import Tuning
from aura_gql.storage.errors import StorageUnreachable
from aura_gql.storage.ports import BlobKey
from tests.storage.s3_stores import store_at
from tests.storage.scripted_http import Reply, ScriptedServer

KEY = BlobKey("templates", hashlib.sha256(b"hello").hexdigest())
CUT = Reply(200, b"he", headers={"Content-Length": "5"})
REST = Reply(206, b"llo", headers={"Content-Range": "bytes 2-4/5"})
QUICK = Tuning(max_attempts=2, first_pause_s=0.01)


async def test_a_body_cut_short_is_read_again() -> None:
    async with ScriptedServer([CUT, Reply(200, b"hello")]) as server:
        store = store_at(server.url, QUICK)
        assert await store.get(KEY) == b"hello"
        await store.close()


async def test_a_stream_cut_short_goes_on_where_it_was() -> None:
    async with ScriptedServer([CUT, REST]) as server:
        store = store_at(server.url, QUICK)
        assert b"".join([piece async for piece in store.read(KEY)]) == b"hello"
        await store.close()
    assert "bytes=2-" in server.requests[1]


async def test_a_stream_that_does_not_get_on_has_an_end() -> None:
    nothing = Reply(206, b"", headers={"Content-Length": "3"})
    async with ScriptedServer([CUT, nothing, nothing]) as server:
        store = store_at(server.url, QUICK)
        with pytest.raises(StorageUnreachable):
            [piece async for piece in store.read(KEY)]
        await store.close()


async def test_a_write_carries_its_digest_and_no_trailer() -> None:
    async with ScriptedServer([Reply(404), Reply(200)]) as server:
        store = store_at(server.url, QUICK)
        await store.put("templates", b"hello")
        await store.close()
    put = server.requests[1]
    assert "XUFAKrxLKna5cZ2REBfFkg==" in put
    assert "trailer" not in put.lower()
    assert "aws-chunked" not in put.lower()
