import hashlib
from urllib.parse import parse_qs, urlsplit

import pytest

from aura_gql.storage.backends.s3.connection import S3Connection
from aura_gql.storage.backends.s3.signing import S3Signer
from aura_gql.storage.backends.s3.values import Bucket, Encryption, Tuning
from aura_gql.storage.values import DownloadGrant, UploadGrant

UPLOAD = UploadGrant(5, "text/plain", hashlib.sha256(b"hello").hexdigest(), 60)
KMS = Bucket("blobs", "http://127.0.0.1:1", "a", "b", encryption=Encryption.KMS, kms_key_id="mine")


async def test_what_a_signature_holds() -> None:
    connection = S3Connection(KMS, Tuning())
    signer = S3Signer(connection)
    url = await signer.download("projects/1/x", DownloadGrant("ä.txt", "text/plain", 60))
    said = parse_qs(urlsplit(url).query)
    assert said["response-content-type"] == ["text/plain"]
    assert said["response-content-disposition"] == ["attachment; filename=\"_.txt\"; filename*=UTF-8''%C3%A4.txt"]
    assert said["X-Amz-Expires"] == ["60"]
    request = await signer.upload("_uploads/1", UPLOAD)
    signed = parse_qs(urlsplit(request.url).query)["X-Amz-SignedHeaders"][0].split(";")
    assert set(signed) == {"host", "content-length", *(name.lower() for name in request.headers)}
    assert request.headers["x-amz-server-side-encryption-aws-kms-key-id"] == "mine"
    with pytest.raises(ValueError, match="expire"):
        await signer.download("x", DownloadGrant("x", "text/plain", 8 * 24 * 3600))
    await connection.close()
