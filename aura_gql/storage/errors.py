"""What can go wrong with a blob."""

from aura_gql.kernel.errors import NotFound, StorageUnavailable


class BlobNotFound(NotFound):
    """No blob has this key."""


class BlobCorrupted(StorageUnavailable):
    """The bytes in the store are not those that were put there."""
