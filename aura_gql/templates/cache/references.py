"""Which blobs the templates name."""

from collections.abc import AsyncIterator, Sequence

from aura_gql.storage.sweeping.records import NamedBlob
from aura_gql.templates.cache.documents import walk_named
from aura_gql.templates.records import BLOB_SCOPE


class TemplateReferences:
    """The `BlobReferences` of the templates, by which a verification sees whether their blobs are there.

    Their scope is not swept. Whoever makes a project names blobs of it by reference, without a claim, which is what
    makes that quick; and whether one of all projects still names a blob is a question that no index answers. What stays
    for want of a sweep is what upstream changed: some kilobytes a revision, each content once.
    """

    parents: Sequence[str] = ()

    async def named(self, scope: str, digests: Sequence[str]) -> set[str]:
        """As the port promises: of this scope all, as any project may name what no template does any more."""
        return set(digests) if scope == BLOB_SCOPE else set()

    async def walk(self) -> AsyncIterator[NamedBlob]:
        """As the port promises; of replaced revisions too, for as long as they are kept."""
        async for blob in walk_named():
            yield blob
