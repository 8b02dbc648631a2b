"""Blobs in a folder of this host."""

from aura_gql.storage.backends.local.store import LocalBlobStore

__all__ = ["LocalBlobStore"]
