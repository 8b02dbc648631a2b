"""Syncs that are asked for because templates are stale."""

from aura_gql.kernel.clock import utcnow
from aura_gql.templates.syncs.documents import TemplateSourceDocument
from aura_gql.templates.syncs.records import SyncTrigger
from aura_gql.templates.syncs.running import SOURCE
from aura_gql.templates.syncs.schedule import due_slot
from aura_gql.templates.syncs.service import TemplateSyncService


class SyncNews:
    """The `StaleTemplates` of the repository on GitHub."""

    def __init__(self, syncs: TemplateSyncService, interval_s: int) -> None:
        """An interval of 0 seconds says that nobody looks but when an administrator asks for it."""
        self._syncs = syncs
        self._interval_s = interval_s

    async def ask(self) -> None:
        """As the port promises: after a failure not sooner than the schedule would."""
        if not self._interval_s:
            return
        state = await TemplateSourceDocument.find_state(SOURCE)
        if not state.failures or due_slot(state, self._interval_s, utcnow()) is not None:
            await self._syncs.start(SyncTrigger.SCHEDULE)

    async def forget(self, source: str) -> None:
        """As the port promises."""
        await TemplateSourceDocument.forget(source)
