"""Bringing the catalogue in line with a source."""

import asyncio
import hashlib
from collections.abc import Sequence
from itertools import islice

from pymongo.errors import DuplicateKeyError

from aura_gql.storage.ports import BlobStore
from aura_gql.templates.errors import TemplateSlugTaken
from aura_gql.templates.intake.documents import deactivate_others, find_states, take_in
from aura_gql.templates.ports import TemplateSource
from aura_gql.templates.records import BLOB_SCOPE, TemplateBundle

_BLOBS_AT_ONCE = 8
_ATTEMPTS = 3


class TemplateIntake:
    """Takes templates in from one source."""

    def __init__(self, source: TemplateSource, blobs: BlobStore) -> None:
        self._source = source
        self._blobs = blobs

    async def load(self) -> None:
        """Bring the catalogue in line with the source: new and changed templates in, vanished ones out of the lists.

        Safe to repeat, to interrupt, and to do in several processes at once: each template changes whole or not at
        all, after its blobs are kept. TemplateSlugTaken where another source has one of the slugs.
        """
        bundles = await self._source.load()
        await self._keep_blobs(bundles)
        states = await find_states(self._source.name)
        for bundle in bundles:
            state = states.get(bundle.slug)
            if state is None or state.revision != bundle.revision or not state.is_active:
                await self._take_in(bundle)
        await deactivate_others(self._source.name, [bundle.slug for bundle in bundles])

    async def _keep_blobs(self, bundles: Sequence[TemplateBundle]) -> None:
        """Put what the store lacks, so that a store that was emptied is filled again."""
        kept = {key.sha256 async for key in self._blobs.keys(BLOB_SCOPE)}
        wanted = {_sha256(file.data): file.data for bundle in bundles for file in bundle.files}
        missing = iter([data for sha256, data in wanted.items() if sha256 not in kept])
        while some := tuple(islice(missing, _BLOBS_AT_ONCE)):
            await asyncio.gather(*(self._blobs.put(BLOB_SCOPE, data) for data in some))

    async def _take_in(self, bundle: TemplateBundle) -> None:
        hashes = {file.path: _sha256(file.data) for file in bundle.files}
        for _ in range(_ATTEMPTS):
            try:
                return await take_in(self._source.name, bundle, hashes)
            except DuplicateKeyError:
                # Another process inserted the same template in this moment: now there is one to update.
                continue
        raise TemplateSlugTaken(f"Another source has a template {bundle.slug!r} already.")


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
