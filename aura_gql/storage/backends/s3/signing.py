"""Requests that clients make to the bucket without us."""

import base64

from aura_gql.storage.backends.s3.connection import S3Connection
from aura_gql.storage.backends.s3.errors import sdk_errors
from aura_gql.storage.disposition import attachment
from aura_gql.storage.values import DownloadGrant, SignedRequest, UploadGrant

MAX_EXPIRY_S = 7 * 24 * 3600


class S3Signer:
    """Signs with the keys of the connection; the store is not asked."""

    def __init__(self, connection: S3Connection) -> None:
        self._connection = connection
        self._bucket = connection.bucket

    async def download(self, path: str, grant: DownloadGrant) -> str:
        """A URL of the object at `path`, whose answer says what the grant does, not what the object has."""
        said = {
            "ResponseContentDisposition": attachment(grant.filename),
            "ResponseContentType": grant.content_type,
            "ResponseCacheControl": "private, no-store",
        }
        return await self._sign("get_object", {**self._bucket.address(path), **said}, grant.expires_s)

    async def upload(self, path: str, grant: UploadGrant) -> SignedRequest:
        """A PUT of the object at `path`. Its length is signed as well, though clients set that header by themselves."""
        digest = base64.b64encode(bytes.fromhex(grant.sha256)).decode()
        fixed = {"ContentType": grant.content_type, "ContentLength": grant.size, "ChecksumSHA256": digest}
        url = await self._sign(
            "put_object", {**self._bucket.address(path), **fixed, **self._bucket.encrypted}, grant.expires_s
        )
        return SignedRequest("PUT", url, self._headers(grant, digest))

    def _headers(self, grant: UploadGrant, digest: str) -> dict[str, str]:
        headers = {"Content-Type": grant.content_type, "x-amz-checksum-sha256": digest}
        encrypted = self._bucket.encrypted
        if encrypted:
            headers["x-amz-server-side-encryption"] = encrypted["ServerSideEncryption"]
        if "SSEKMSKeyId" in encrypted:
            headers["x-amz-server-side-encryption-aws-kms-key-id"] = encrypted["SSEKMSKeyId"]
        return headers

    async def _sign(self, operation: str, parameters: dict[str, object], expires_s: int) -> str:
        if not 0 < expires_s <= MAX_EXPIRY_S:
            raise ValueError(f"a signature can't expire in {expires_s} s")
        with sdk_errors():
            client = await self._connection.client()
            return await client.generate_presigned_url(operation, parameters, expires_s)
