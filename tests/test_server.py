"""The parts of a server: what the settings make of them."""

from pathlib import Path

from pydantic import SecretStr

from aura_gql.server import create_blob_store
from aura_gql.storage.backends.local import LocalBlobStore
from aura_gql.storage.backends.s3 import S3BlobStore
from tests.support.api import settings_for

R2 = {
    "r2_endpoint_url": "http://127.0.0.1:9",
    "r2_access_key_id": SecretStr("key"),
    "r2_secret_access_key": SecretStr("secret"),
    "r2_bucket": "bucket",
}


async def test_the_settings_choose_the_blob_store(tmp_path: Path) -> None:
    assert isinstance(create_blob_store(settings_for(tmp_path, "none")), LocalBlobStore)
    assert isinstance(create_blob_store(settings_for(tmp_path, "none", storage=R2)), S3BlobStore)
