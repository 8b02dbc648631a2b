import hashlib

import pytest

from aura_gql.storage.backends.s3.values import Tuning
from aura_gql.storage.errors import BlobNotFound
from aura_gql.storage.values import UploadGrant
from tests.storage.s3_stores import store_at
from tests.storage.scripted_http import Reply, ScriptedServer

NAME = "64b7f0c2a1b2c3d4e5f60718"
LISTED = b"""<ListBucketResult><IsTruncated>false</IsTruncated>
<Contents><Key>_uploads/%s</Key><Size>1</Size><LastModified>2026-01-01T00:00:00Z</LastModified></Contents>
<Contents><Key>_uploads/stray</Key><Size>1</Size><LastModified>2026-01-01T00:00:00Z</LastModified></Contents>
</ListBucketResult>""" % NAME.encode()


async def test_uploads_lie_where_no_scope_can() -> None:
    async with ScriptedServer([Reply(404), Reply(404), Reply(200, LISTED)]) as server:
        store = store_at(server.url, Tuning(max_attempts=1))
        grant = UploadGrant(5, "text/plain", hashlib.sha256(b"hello").hexdigest(), 60)
        request = await store.upload_url(NAME, grant)
        assert request is not None
        assert request.method == "PUT"
        assert request.url.startswith(f"{server.url}/blobs/_uploads/{NAME}?")
        with pytest.raises(BlobNotFound, match=NAME):
            await store.stat_upload(NAME)
        assert [upload.name async for upload in store.uploads()] == [NAME]
        await store.close()
