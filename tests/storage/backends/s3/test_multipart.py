import os
from pathlib import Path

import pytest

from aura_gql.storage.backends.s3.values import Tuning
from aura_gql.storage.errors import StorageUnreachable
from tests.storage.s3_stores import store_at
from tests.storage.scripted_http import Reply, ScriptedServer

STARTED = Reply(200, b"<InitiateMultipartUploadResult><UploadId>7</UploadId></InitiateMultipartUploadResult>")
PART = Reply(200, headers={"ETag": '"1"'})
ONE_BY_ONE = Tuning(max_attempts=1, part_bytes=1000, parts_at_once=1)


async def test_a_failed_upload_is_taken_back(tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(os.urandom(2500))
    missing = [Reply(404), Reply(404)]
    async with ScriptedServer([*missing, STARTED, PART, Reply(500), Reply(204), *missing]) as server:
        store = store_at(server.url, ONE_BY_ONE)
        with pytest.raises(StorageUnreachable):
            await store.put_file("archives/1", tmp_path / "source")
        await store.close()
    asked = [request.split(" ")[0] for request in server.requests]
    assert asked == ["HEAD", "GET", "POST", "PUT", "PUT", "DELETE", "HEAD", "GET"]
    assert "uploadId=7" in server.requests[5]


async def test_an_answer_that_got_lost_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(os.urandom(1500))
    gone = Reply(404, b"<Error><Code>NoSuchUpload</Code></Error>")
    there = Reply(200, headers={"Content-Length": "1500", "Last-Modified": "Mon, 02 Jan 2006 15:04:05 GMT"})
    async with ScriptedServer([Reply(404), Reply(404), STARTED, PART, PART, gone, gone, there]) as server:
        store = store_at(server.url, ONE_BY_ONE)
        await store.put_file("archives/1", tmp_path / "source")
        await store.close()
