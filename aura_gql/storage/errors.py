"""What can go wrong with a blob, and with the store that should have it."""

from aura_gql.kernel.errors import Forbidden, InvalidInput, NotFound, StorageUnavailable


class BlobNotFound(NotFound):
    """No blob has this key, or no upload this name."""


class BlobCorrupted(StorageUnavailable):
    """The bytes in the store are not those that were put there."""


class UploadSizeMismatch(InvalidInput):
    """More or fewer bytes came than were announced; nothing of them is kept."""


class StorageUnreachable(StorageUnavailable):
    """The store can't be reached, does not answer in time or cuts connections."""


class StorageUntrusted(StorageUnreachable):
    """The store's certificate is not signed by an authority that we trust."""


class StorageThrottled(StorageUnavailable):
    """The store asks for patience, and went on to after all attempts."""


class StorageFull(StorageUnavailable):
    """There is no room left, or no quota."""


class BucketMissing(StorageUnavailable):
    """The store has no bucket of the configured name."""


class CredentialsRefused(StorageUnavailable):
    """The store does not know our key, or does not let it do this."""


class ClockSkewed(StorageUnavailable):
    """The store refuses our signatures, since this host's clock and its own are too far apart."""


class LinkRefused(Forbidden):
    """A token that this server did not sign for this purpose."""


class LinkExpired(LinkRefused):
    """A token whose time is over."""
