"""Blobs of templates that are looked at, and put again where they are not what they should be."""

from aura_gql.storage.addressing import address
from aura_gql.storage.errors import BlobCorrupted, BlobNotFound
from aura_gql.storage.ports import BlobStore
from aura_gql.templates.records import BLOB_SCOPE


async def keep_whole(blobs: BlobStore, data: bytes) -> bool:
    """Have the store hold these bytes, whole; whether they had to be put. StorageUnavailable.

    A damaged blob is removed first, as a store does not write what it has. It does nobody any good while it lasts, and
    who is cut off in between leaves it lost and no longer damaged, which the next who looks puts right as well.
    """
    key = address(BLOB_SCOPE, data)
    try:
        await blobs.get(key)
    except BlobNotFound:
        await blobs.put(BLOB_SCOPE, data)
    except BlobCorrupted:
        await blobs.delete(key)
        await blobs.put(BLOB_SCOPE, data)
    else:
        return False
    return True
