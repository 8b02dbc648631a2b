"""What tells one revision of a template from another."""

import hashlib
from collections.abc import Iterable, Iterator

from aura_gql.templates.records import TemplateFile


def digest_of(parts: Iterable[bytes]) -> str:
    """A digest of all parts in their order: each goes in with its length, so that no two templates read alike."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8))
        digest.update(part)
    return digest.hexdigest()


def file_parts(files: Iterable[TemplateFile]) -> Iterator[bytes]:
    """What there is to a template's files, by path whatever their order."""
    for file in sorted(files, key=lambda file: file.path):
        yield from (file.path.encode(), b"x" if file.executable else b"", file.data)
