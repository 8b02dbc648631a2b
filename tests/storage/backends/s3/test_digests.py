"""Digests are taken where nobody waits for them."""

import base64
import hashlib
import threading
from types import SimpleNamespace

import pytest

from aura_gql.storage import addressing
from aura_gql.storage.backends.s3 import digests
from aura_gql.storage.backends.s3.digests import content_md5, digested
from aura_gql.storage.backends.s3.values import Tuning
from tests.storage.s3_stores import store_at
from tests.storage.scripted_http import Reply, ScriptedServer

LARGE = bytes(64 * 1024 + 1)


def test_the_digest_is_as_the_header_says_it() -> None:
    assert base64.b64decode(content_md5(b"hello")).hex() == "5d41402abc4b2a76b9719d911017c592"


@pytest.mark.parametrize(("data", "is_here"), [(LARGE[1:], True), (LARGE, False)])
async def test_what_takes_long_is_done_in_a_thread(data: bytes, is_here: bool) -> None:
    here = threading.get_ident()
    assert await digested(lambda given: (given == data, threading.get_ident() == here), data) == (True, is_here)


async def test_the_store_takes_no_long_digest_on_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    here, seen = threading.get_ident(), []

    def noted(name: str, data: bytes, **options: bool) -> object:
        seen.append((name, threading.get_ident() == here))
        return hashlib.new(name, data, **options)

    for module, name in ((addressing, "sha256"), (digests, "md5")):
        monkeypatch.setattr(module, "hashlib", SimpleNamespace(**{name: lambda *a, _n=name, **o: noted(_n, *a, **o)}))
    async with ScriptedServer([Reply(404), Reply(200), Reply(200, LARGE), Reply(200)]) as server:
        store = store_at(server.url, Tuning(max_attempts=1))
        key = await store.put("templates", LARGE)
        assert await store.get(key) == LARGE
        await store._objects.put("x", LARGE)
        await store.close()
    assert seen == [("sha256", False), ("md5", False), ("sha256", False), ("md5", False)]
