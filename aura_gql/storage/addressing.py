"""How blobs are named: a scope in a narrow alphabet, and the digest of the bytes."""

import hashlib
import re

from aura_gql.storage.errors import BlobCorrupted, BlobNotFound
from aura_gql.storage.ports import BlobKey

MAX_SCOPE_LENGTH = 128
_SCOPE = re.compile(r"[a-z0-9][a-z0-9_-]*(/[a-z0-9][a-z0-9_-]*)*")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def require_scope(scope: str) -> str:
    """`scope` itself; ValueError unless it is words of `a-z 0-9 _ -` between single slashes, 128 characters at most.

    Scopes are chosen by our own code, so a bad one is a bug and not an answer to a user.
    """
    if len(scope) > MAX_SCOPE_LENGTH or not _SCOPE.fullmatch(scope):
        raise ValueError(f"{scope!r} is not the name of a blob scope")
    return scope


def require_key(key: BlobKey) -> BlobKey:
    """`key` itself; ValueError for a bad scope, BlobNotFound for a digest that no blob can have."""
    require_scope(key.scope)
    if not _SHA256.fullmatch(key.sha256):
        raise BlobNotFound("A blob is named by the 64 hexadecimal digits of its SHA-256.")
    return key


def address(scope: str, data: bytes) -> BlobKey:
    """The key that `data` has in `scope`."""
    return BlobKey(require_scope(scope), hashlib.sha256(data).hexdigest())


def verified(key: BlobKey, data: bytes) -> bytes:
    """`data` itself; BlobCorrupted where it is not what `key` names."""
    if hashlib.sha256(data).hexdigest() != key.sha256:
        raise BlobCorrupted(f"The stored bytes of {key.sha256} are damaged.")
    return data
