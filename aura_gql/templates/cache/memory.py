"""What this process remembers of templates."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final

from bson import ObjectId

from aura_gql.kernel.clock import utcnow
from aura_gql.storage.ports import BlobKey, BlobStore
from aura_gql.templates.cache.documents import find_manifests, find_present
from aura_gql.templates.cache.loading import SharedLoads
from aura_gql.templates.cache.lru import ByteLru
from aura_gql.templates.cache.records import MemoryTally, PresentRevision, StoredManifest
from aura_gql.templates.records import BLOB_SCOPE, TemplateManifest

DEFAULT_BYTES: Final = 32 * 1024 * 1024
_MANIFEST_PART = 4
# What a record and its two strings take in memory, beside the letters of its path.
_FILE_RECORD_BYTES = 400

_Key = tuple[ObjectId, str, int]


class TemplateMemory:
    """The files of templates and their bytes, of those that were used last.

    Neither ever changes: bytes are named by their digest, a manifest by its revision. So what is remembered stays
    right, and only which revision is the present one is asked of the database, each time, in one query. With that comes
    the stamp that says whether the template was invalidated, in whatever process.
    """

    def __init__(
        self, blobs: BlobStore, max_bytes: int = DEFAULT_BYTES, stale_met: Callable[[], None] | None = None
    ) -> None:
        """At most about `max_bytes`; `stale_met` is called where a manifest is served that is no longer fresh."""
        self._blobs = blobs
        self._stale_met = stale_met
        self.max_bytes = max_bytes
        """What everything together may take."""
        self._manifests: ByteLru[_Key, StoredManifest] = ByteLru(max_bytes // _MANIFEST_PART)
        self._bytes: ByteLru[str, bytes] = ByteLru(max_bytes - max_bytes // _MANIFEST_PART)
        self._manifest_loads: SharedLoads[frozenset[_Key], dict[_Key, StoredManifest]] = SharedLoads()
        self._byte_loads: SharedLoads[str, bytes] = SharedLoads()
        self._stamps: dict[ObjectId, int] = {}

    async def content(self, sha256: str) -> bytes:
        """The bytes of a blob of the templates; BlobNotFound, BlobCorrupted."""
        data = self._bytes.get(sha256)
        return await self._byte_loads.get(sha256, lambda: self._read(sha256)) if data is None else data

    async def present(self, template_ids: Collection[ObjectId]) -> dict[ObjectId, TemplateManifest]:
        """What each of the templates holds at present; an unknown one has no entry."""
        present = await self._find_present(template_ids)
        return await self._get([(template_id, found.revision, found.stamp) for template_id, found in present.items()])

    async def offered(self, template_id: ObjectId) -> TemplateManifest | None:
        """What the template holds at present; None where there is none, or none for new projects."""
        present = (await self._find_present([template_id])).get(template_id)
        if present is None or not present.is_active:
            return None
        return (await self._get([(template_id, present.revision, present.stamp)]))[template_id]

    async def of_revision(self, template_id: ObjectId, revision: str) -> TemplateManifest | None:
        """What the template held at that revision, or holds at present where that is gone; None for an unknown one."""
        present = (await self._find_present([template_id])).get(template_id)
        if present is None:
            return None
        stored = await self._find((template_id, revision, present.stamp))
        if stored is not None:
            return stored.manifest
        return (await self._get([(template_id, present.revision, present.stamp)]))[template_id]

    def forget(self, template_id: ObjectId) -> None:
        """Forget a template, and the bytes of its files."""
        for stored in self._manifests.take_where(lambda key, _: key[0] == template_id):
            for file in stored.manifest.files:
                self._bytes.drop(file.sha256)

    def forget_stale(self) -> None:
        """Have manifests that are no longer fresh be read again: they may have been renewed since."""
        self._manifests.take_where(lambda _, stored: _is_stale(stored))

    def tally(self) -> Mapping[str, MemoryTally]:
        """What came of it, by what is remembered."""
        return {
            kind: MemoryTally(lru.hits, lru.misses, lru.used_bytes)
            for kind, lru in (("manifest", self._manifests), ("content", self._bytes))
        }

    async def _find_present(self, template_ids: Collection[ObjectId]) -> dict[ObjectId, PresentRevision]:
        present = await find_present(template_ids)
        for template_id, found in present.items():
            if self._stamps.get(template_id, found.stamp) != found.stamp:
                self.forget(template_id)
            self._stamps[template_id] = found.stamp
        return present

    async def _get(self, keys: Sequence[_Key]) -> dict[ObjectId, TemplateManifest]:
        """The manifests by template, of which `keys` has each once; an empty one where one is missing."""
        found = await self._find_all(keys)
        return {key[0]: found[key].manifest if key in found else TemplateManifest(key[0], key[1], ()) for key in keys}

    async def _find(self, key: _Key) -> StoredManifest | None:
        return (await self._find_all([key])).get(key)

    async def _find_all(self, keys: Sequence[_Key]) -> dict[_Key, StoredManifest]:
        stored = {key: found for key in keys if (found := self._manifests.get(key)) is not None}
        if missing := frozenset(key for key in keys if key not in stored):
            stored |= await self._manifest_loads.get(missing, lambda: self._load(missing))
        if self._stale_met is not None and any(map(_is_stale, stored.values())):
            self._stale_met()
        return stored

    async def _load(self, keys: frozenset[_Key]) -> dict[_Key, StoredManifest]:
        by_revision = {(template_id, revision): stamp for template_id, revision, stamp in keys}
        loaded = {}
        for stored in await find_manifests(by_revision):
            revision = (stored.manifest.template_id, stored.manifest.revision)
            key = (*revision, by_revision[revision])
            loaded[key] = stored
            self._keep(key, stored)
        return loaded

    def _keep(self, key: _Key, stored: StoredManifest) -> None:
        size = sum(_FILE_RECORD_BYTES + len(file.path) for file in stored.manifest.files)
        self._manifests.put(key, stored, size + _FILE_RECORD_BYTES)

    async def _read(self, sha256: str) -> bytes:
        data = await self._blobs.get(BlobKey(BLOB_SCOPE, sha256))
        self._bytes.put(sha256, data, len(data))
        return data


def _is_stale(stored: StoredManifest) -> bool:
    return stored.fresh_until is not None and stored.fresh_until < utcnow()
