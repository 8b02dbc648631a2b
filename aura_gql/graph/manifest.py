"""The manifest of trusted documents, as the tools of front ends write it."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import orjson

from aura_gql.graph.document_id import plain_id

_DIGITS = re.compile(r"[0-9a-f]+")
_ALGORITHMS: Mapping[int, Callable[[bytes], "hashlib._Hash"]] = {
    32: lambda text: hashlib.md5(text, usedforsecurity=False),
    40: lambda text: hashlib.sha1(text, usedforsecurity=False),
    64: hashlib.sha256,
}
"""By the number of hexadecimal digits: Relay takes MD5 unless told otherwise, graphql-codegen SHA-1, Apollo SHA-256."""


class ManifestError(Exception):
    """What is wrong with a manifest, as the end of a sentence about it in one line."""


def read_manifest(path: Path) -> dict[str, str]:
    """The texts of the documents by their ids; ManifestError where the file is no manifest.

    It is a map from hashes to texts, as graphql-codegen's `persistedDocuments` and Relay's `persistConfig` write it, or
    Apollo's persisted query manifest. An id that looks like a hash must be that of its text; any other is a name.
    """
    try:
        content = orjson.loads(path.read_bytes())
    except OSError as error:
        raise ManifestError(f"can't be read: {error.strerror}") from error
    except ValueError as error:
        raise ManifestError("is not JSON") from error
    texts: dict[str, str] = {}
    for named, text in _entries(content):
        id = plain_id(named)
        if not _is_hash_of(id, text):
            raise ManifestError(f"names a document {id} whose hash is another")
        if texts.setdefault(id, text) != text:
            raise ManifestError(f"names two documents {id}")
    if not texts:
        raise ManifestError("names no document")
    return texts


def _entries(content: object) -> Iterator[tuple[str, str]]:
    entries = list(content.items()) if isinstance(content, dict) else []
    if isinstance(content, dict) and isinstance(content.get("operations"), list):
        operations = content["operations"]
        entries = [(entry.get("id"), entry.get("body")) for entry in operations if isinstance(entry, dict)]
        if len(entries) != len(operations):
            entries = [(None, None)]
    elif not isinstance(content, dict):
        entries = [(None, None)]
    for id, text in entries:
        if not (isinstance(id, str) and id and isinstance(text, str) and text):
            raise ManifestError("is neither a map from hashes to documents nor Apollo's manifest of persisted queries")
        yield id, text


def _is_hash_of(id: str, text: str) -> bool:
    algorithm = _ALGORITHMS.get(len(id)) if _DIGITS.fullmatch(id) else None
    return algorithm is None or algorithm(text.encode()).hexdigest() == id
