"""What the options would do to templates, found out once for each revision."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from functools import partial

from bson import ObjectId

from aura_gql.projects.configurable import configurable_texts, too_large
from aura_gql.projects.configuration.options import OptionOutcome, options_of, refuse_all
from aura_gql.templates.cache.loading import SharedLoads
from aura_gql.templates.records import TemplateFileRecord
from aura_gql.templates.service import TemplateService

MAX_KEPT = 512
_COMPUTED_AT_ONCE = 2


class TemplateOptions:
    """The outcomes of the options, of up to 512 revisions in memory: they depend on nothing but the files."""

    def __init__(self, templates: TemplateService) -> None:
        self._templates = templates
        self._kept: OrderedDict[bytes, tuple[OptionOutcome, ...]] = OrderedDict()
        self._loads: SharedLoads[bytes, tuple[OptionOutcome, ...]] = SharedLoads()
        self._turns = asyncio.Semaphore(_COMPUTED_AT_ONCE)

    async def of(self, template_ids: Sequence[ObjectId]) -> dict[ObjectId, tuple[OptionOutcome, ...] | BaseException]:
        """The outcomes for the present revision of each template, or why they can't be told; an unknown template has no
        entry.
        """
        listings = await self._templates.files(template_ids)
        outcomes = await asyncio.gather(*map(self._outcomes, listings.values()), return_exceptions=True)
        return dict(zip(listings, outcomes, strict=True))

    async def _outcomes(self, listing: Sequence[TemplateFileRecord]) -> tuple[OptionOutcome, ...]:
        key = _key(listing)
        if key not in self._kept:
            self._keep(key, await self._loads.get(key, lambda: self._find_out(listing)))
        self._kept.move_to_end(key)
        return self._kept[key]

    async def _find_out(self, listing: Sequence[TemplateFileRecord]) -> tuple[OptionOutcome, ...]:
        if reason := too_large(listing):
            return refuse_all(reason)
        async with self._turns:
            texts = await configurable_texts(self._templates, listing)
            paths = [file.path for file in listing]
            return await asyncio.to_thread(partial(options_of, texts, paths=paths))

    def _keep(self, key: bytes, outcomes: tuple[OptionOutcome, ...]) -> None:
        self._kept[key] = outcomes
        while len(self._kept) > MAX_KEPT:
            self._kept.popitem(last=False)


def _key(listing: Sequence[TemplateFileRecord]) -> bytes:
    digest = hashlib.sha256()
    for file in listing:
        digest.update(f"{file.sha256}{file.path}\0".encode())
    return digest.digest()
