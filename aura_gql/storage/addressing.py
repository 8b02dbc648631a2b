"""How blobs are named: a scope in a narrow alphabet, and the digest of the bytes."""

import hashlib
import re
from pathlib import Path

from aura_gql.storage.errors import BlobCorrupted, BlobNotFound
from aura_gql.storage.ports import BlobKey

MAX_SCOPE_LENGTH = 128
CHUNK_BYTES = 256 * 1024
"""Bytes of the largest piece that a blob is read in."""
_SCOPE = re.compile(r"[a-z0-9][a-z0-9_-]*(/[a-z0-9][a-z0-9_-]*)*")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_UPLOAD = re.compile(r"[0-9a-f]{24}")


def is_scope(scope: str) -> bool:
    """Whether it is words of `a-z 0-9 _ -` between single slashes, 128 characters at most."""
    return len(scope) <= MAX_SCOPE_LENGTH and _SCOPE.fullmatch(scope) is not None


def is_digest(name: str) -> bool:
    """Whether it is the SHA-256 of a blob, in hexadecimal digits."""
    return _SHA256.fullmatch(name) is not None


def is_upload(name: str) -> bool:
    """Whether an upload can wait under this name."""
    return _UPLOAD.fullmatch(name) is not None


def require_scope(scope: str) -> str:
    """`scope` itself; ValueError unless it is words of `a-z 0-9 _ -` between single slashes, 128 characters at most.

    Scopes are chosen by our own code, so a bad one is a bug and not an answer to a user.
    """
    if not is_scope(scope):
        raise ValueError(f"{scope!r} is not the name of a blob scope")
    return scope


def require_key(key: BlobKey) -> BlobKey:
    """`key` itself; ValueError for a bad scope, BlobNotFound for a digest that no blob can have."""
    require_scope(key.scope)
    if not is_digest(key.sha256):
        raise BlobNotFound("A blob is named by the 64 hexadecimal digits of its SHA-256.")
    return key


def require_upload(name: str) -> str:
    """`name` itself; ValueError unless it is 24 hexadecimal digits. Like scopes, these are ours to choose."""
    if not is_upload(name):
        raise ValueError(f"{name!r} is not the name of an upload")
    return name


def require_range(start: int, length: int | None) -> None:
    """ValueError for a part that begins or ends before it begins."""
    if start < 0 or (length is not None and length < 0):
        raise ValueError(f"{length} bytes from {start} on are no part of a blob")


def address(scope: str, data: bytes) -> BlobKey:
    """The key that `data` has in `scope`."""
    return BlobKey(require_scope(scope), hashlib.sha256(data).hexdigest())


def address_file(scope: str, source: Path) -> tuple[BlobKey, int]:
    """The key that the bytes of a file have in `scope`, and how many they are; blocks, and raises OSError."""
    require_scope(scope)
    with source.open("rb", buffering=0) as file:
        digest = hashlib.file_digest(file, "sha256")
        return BlobKey(scope, digest.hexdigest()), file.tell()


def verified(key: BlobKey, data: bytes) -> bytes:
    """`data` itself; BlobCorrupted where it is not what `key` names."""
    Verification(key, data).end()
    return data


def missing(key: BlobKey) -> BlobNotFound:
    """The error for a blob that is not there."""
    return BlobNotFound(f"No blob {key.sha256} in {key.scope}.")


class Verification:
    """Whether bytes that come piece by piece are what a key names."""

    def __init__(self, key: BlobKey, data: bytes = b"") -> None:
        self._key = key
        self._digest = hashlib.sha256(data)

    def update(self, data: bytes) -> None:
        """The next piece."""
        self._digest.update(data)

    def end(self) -> None:
        """BlobCorrupted where the pieces were not what the key names."""
        if self._digest.hexdigest() != self._key.sha256:
            raise BlobCorrupted(f"The stored bytes of {self._key.sha256} are damaged.")
