"""What can go wrong beside the removal of blobs."""

from aura_gql.kernel.errors import StorageUnavailable


class BlobBeingRemoved(StorageUnavailable):
    """The blob is just being removed, and the same bytes can be kept only afterwards."""


class ClaimLapsed(StorageUnavailable):
    """Keeping the blobs took so long that nobody promises any more that they are there."""
