"""Bringing the catalogue in line with a source."""

import asyncio
import hashlib
from collections.abc import Collection, Mapping
from contextlib import aclosing
from dataclasses import replace
from itertools import islice

from pymongo.errors import DuplicateKeyError

from aura_gql.storage.ports import BlobStore
from aura_gql.templates.cache.documents import acquit, find_suspects
from aura_gql.templates.cache.mending import keep_whole
from aura_gql.templates.intake.documents import Seal, find_blobs, take_in
from aura_gql.templates.intake.planning import Found
from aura_gql.templates.intake.records import IntakeOutcome, KeptBundle
from aura_gql.templates.ports import TemplateSource
from aura_gql.templates.records import BLOB_SCOPE, SkippedTemplate, TemplateBundle
from aura_gql.templates.stored import manifest_files, template_fields

_BLOBS_AT_ONCE = 8
_ATTEMPTS = 3


class TemplateIntake:
    """Takes templates in from their sources."""

    def __init__(self, blobs: BlobStore) -> None:
        self._blobs = blobs

    async def take_in(self, source: TemplateSource, *, force: bool = False, seal: Seal | None = None) -> IntakeOutcome:
        """Make the catalogue what the source has: new and changed templates in, vanished ones out of the lists.

        All of it at once at the very end, after every blob is kept: whatever is raised, the catalogue is as it was.
        Safe to repeat, to interrupt, and to do in several processes at once. The blobs of templates that were
        invalidated are read, and put again where they are not whole. CataloguePoisoned where the source has no
        template, or where more than half of its active ones would vanish and nobody says `force`; whatever the source
        raises; StorageUnavailable; and what `seal` raises, which is a part of the transaction.
        """
        suspects = await find_suspects(source.name)
        found = await self._keep_all(source, suspects)
        outcome = await self._take_in(source.name, found, force=force, seal=seal)
        await acquit(source.name, {slug: stamp for slug, stamp in suspects.items() if slug in found.bundles})
        return outcome

    async def _take_in(self, source: str, found: Found, *, force: bool, seal: Seal | None) -> IntakeOutcome:
        for _ in range(_ATTEMPTS - 1):
            try:
                return await take_in(source, found, force=force, seal=seal)
            except DuplicateKeyError:
                # Another process took one of the slugs in this moment: now it is seen.
                continue
        return await take_in(source, found, force=force, seal=seal)

    async def is_whole(self, source: str) -> bool:
        """Whether the catalogue has active templates of the source, none of them invalidated, and the store every blob
        of theirs.
        """
        if await find_suspects(source):
            return False
        named = await find_blobs(source)
        return bool(named) and named <= {key.sha256 async for key in self._blobs.keys(BLOB_SCOPE)}

    async def _keep_all(self, source: TemplateSource, suspects: Collection[str]) -> Found:
        """What the source has, its files in the blob store; only what the store lacks is put, but of `suspects`, which
        are looked at.
        """
        kept_hashes = {key.sha256 async for key in self._blobs.keys(BLOB_SCOPE)}
        bundles: dict[str, KeptBundle] = {}
        skipped: list[SkippedTemplate] = []
        async with aclosing(source.bundles()) as found:
            async for one in found:
                if isinstance(one, SkippedTemplate):
                    skipped.append(one)
                elif one.slug in bundles:
                    path = one.stackblitz_path or one.slug
                    skipped.append(SkippedTemplate(path, f"Another template of the source is {one.slug!r}, too."))
                else:
                    if one.slug in suspects:
                        await self._mend(one)
                    bundles[one.slug] = await self._keep(source.name, one, kept_hashes)
        return Found(bundles, skipped)

    async def _mend(self, bundle: TemplateBundle) -> None:
        for file in bundle.files:
            await keep_whole(self._blobs, file.data)

    async def _keep(self, source: str, bundle: TemplateBundle, kept_hashes: set[str]) -> KeptBundle:
        hashes = await asyncio.to_thread(_hashes, bundle)
        wanted = {hashes[file.path]: file.data for file in bundle.files}
        missing = iter([data for sha256, data in wanted.items() if sha256 not in kept_hashes])
        while some := tuple(islice(missing, _BLOBS_AT_ONCE)):
            await asyncio.gather(*(self._blobs.put(BLOB_SCOPE, data) for data in some))
        kept_hashes.update(wanted)
        files = await asyncio.to_thread(manifest_files, bundle, hashes)
        return KeptBundle(replace(bundle, files=()), template_fields(source, bundle), files)


def _hashes(bundle: TemplateBundle) -> Mapping[str, str]:
    """The digest of each file, by its path."""
    return {file.path: hashlib.sha256(file.data).hexdigest() for file in bundle.files}
