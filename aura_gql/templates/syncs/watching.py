"""A source whose reading is watched."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from aura_gql.templates.ports import TemplateSource
from aura_gql.templates.records import SkippedTemplate, TemplateBundle
from aura_gql.templates.syncs.journal import SyncJournal
from aura_gql.templates.syncs.records import SyncStep


class WatchedSource:
    """A `TemplateSource` that gives what another gives, and tells a journal how far that is."""

    def __init__(self, source: TemplateSource, journal: SyncJournal, committing: Callable[[], None]) -> None:
        """`committing` is called when there is nothing left but to commit."""
        self._source = source
        self._journal = journal
        self._committing = committing

    @property
    def name(self) -> str:
        """The word of the source."""
        return self._source.name

    async def bundles(self) -> AsyncGenerator[TemplateBundle | SkippedTemplate]:
        """As the source gives them."""
        await self._journal.step(SyncStep.READING)
        count = 0
        async with aclosing(self._source.bundles()) as found:
            async for one in found:
                if count == 0:
                    await self._journal.step(SyncStep.STORING)
                yield one
                count += 1
                self._journal.note(read_templates=count)
        await self._journal.step(SyncStep.COMMITTING)
        self._committing()
