"""One sync, from its beginning to its end."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import structlog
from pymongo.asynchronous.client_session import AsyncClientSession

from aura_gql import __version__
from aura_gql.infra.ports import EventBus
from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.errors import DomainError
from aura_gql.storage.spooling import Spools
from aura_gql.templates.cache.documents import renew
from aura_gql.templates.errors import TemplatesRateLimited, TemplateSyncEnded, TemplateSyncTooSlow
from aura_gql.templates.intake.service import TemplateIntake
from aura_gql.templates.ports import TemplateRepository
from aura_gql.templates.records import KnownCommit, Resolved
from aura_gql.templates.syncs.documents import TemplateSourceDocument
from aura_gql.templates.syncs.journal import SyncJournal
from aura_gql.templates.syncs.ports import ReadArchive
from aura_gql.templates.syncs.records import SourceState, SyncFailure, SyncStatus, SyncStep, TemplateSyncRecord
from aura_gql.templates.syncs.stored import failure_fields, outcome_fields
from aura_gql.templates.syncs.watching import WatchedSource

SOURCE: Final = "stackblitz"

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SyncParts:
    """What a sync works with. `place` says which repository and ref that is: what is known of another says nothing.
    What a sync has found counts as fresh `fresh_for` so long.
    """

    repository: TemplateRepository
    place: str
    read: ReadArchive
    intake: TemplateIntake
    spools: Spools
    timeout_s: float
    fresh_for: timedelta = timedelta(hours=24)


class SyncRunner:
    """Runs syncs. One that ends in the middle, however that is, leaves the catalogue as it was, and runs again from its
    beginning.
    """

    def __init__(self, bus: EventBus, parts: SyncParts) -> None:
        self._bus = bus
        self._parts = parts
        self.ends = Counter[str]()
        """How many syncs of this process ended, by their status."""

    async def run(self, sync: TemplateSyncRecord, archive: Path | None = None, *, has_lease: bool = False) -> None:
        """Do it, with the packed repository in `archive` where that is given, else with the one on GitHub.

        A DomainError makes it FAILED, and is told in one line of the log; anything else is raised. It `has_lease` where
        it runs outside the job queue.
        """
        journal = SyncJournal(self._bus, sync.id, has_lease=has_lease)
        async with journal.kept():
            try:
                async with asyncio.timeout(self._parts.timeout_s) as bound:
                    await journal.begin()
                    status, fields = await self._work(journal, bound, archive, force=sync.is_forced)
            except TimeoutError:
                if not bound.expired():
                    raise
                most = f"{self._parts.timeout_s:g} seconds, the most that TEMPLATE_SYNC_TIMEOUT_S allows"
                await self._fail(journal, TemplateSyncTooSlow(f"The sync took longer than {most}."), archive)
            except TemplateSyncEnded:
                _log.info("templates.sync_ended_elsewhere")
            except DomainError as error:
                await self._fail(journal, error, archive)
            else:
                await journal.end(status, fields)
                self.ends[status.value] += 1
                _log.info("templates.synced", status=status.value, **fields.get("counts", {}))

    async def _work(
        self, journal: SyncJournal, bound: asyncio.Timeout, archive: Path | None, *, force: bool
    ) -> tuple[SyncStatus, Mapping[str, Any]]:
        if archive is not None:
            return SyncStatus.SUCCEEDED, await self._take_in(journal, bound, archive, None, force=force)
        state = await TemplateSourceDocument.find_state(SOURCE)
        if not force:
            _heed(state)
        await journal.step(SyncStep.RESOLVING)
        resolved = await self._parts.repository.resolve(None if force else await self._known(state), insists=force)
        journal.note(commit=resolved.sha)
        if resolved.is_unchanged:
            await TemplateSourceDocument.save_success(SOURCE, resolved.sha, resolved.etag, self._reader)
            await self._renew()
            return SyncStatus.UNCHANGED, {}
        with self._parts.spools.open() as spool:
            await journal.step(SyncStep.DOWNLOADING)
            size = await self._parts.repository.download(
                resolved.sha, spool.file, lambda size: journal.note(downloaded_bytes=size)
            )
            journal.note(downloaded_bytes=size)
            return SyncStatus.SUCCEEDED, await self._take_in(journal, bound, spool.path, resolved, force=force)

    async def _take_in(
        self, journal: SyncJournal, bound: asyncio.Timeout, archive: Path, at: Resolved | None, *, force: bool
    ) -> Mapping[str, Any]:
        """The catalogue and the commit that it is of change together, and only by the run that is not over: one that
        was paused behind its last look would put what is old over what is new.
        """
        commit, etag = (None, None) if at is None else (at.sha, at.etag)

        async def seal(session: AsyncClientSession) -> None:
            await journal.hold(session)
            await TemplateSourceDocument.save_success(SOURCE, commit, etag, self._reader, session)

        def committing() -> None:
            # The transaction has bounds of its own, and what it did is not to be told as a failure.
            if not bound.expired():
                bound.reschedule(None)

        source = WatchedSource(self._parts.read(archive, commit), journal, committing)
        outcome = await self._parts.intake.take_in(source, force=force, seal=seal)
        await self._renew()
        return outcome_fields(outcome)

    async def _known(self, state: SourceState) -> KnownCommit | None:
        """The commit that need not be fetched again: the catalogue is whole, and we would read it as it was read."""
        if state.commit is None or state.reader != self._reader or not await self._parts.intake.is_whole(SOURCE):
            return None
        return KnownCommit(state.commit, state.etag)

    async def _renew(self) -> None:
        await renew(SOURCE, utcnow() + self._parts.fresh_for)

    async def _fail(self, journal: SyncJournal, error: DomainError, archive: Path | None) -> None:
        retry_at = error.retry_at if isinstance(error, TemplatesRateLimited) else None
        if archive is None:
            await TemplateSourceDocument.save_failure(SOURCE, retry_at)
        failure = SyncFailure(error.code, error.message, retry_at)
        if await journal.end(SyncStatus.FAILED, failure_fields(failure)):
            self.ends[SyncStatus.FAILED.value] += 1
            _log.info("templates.sync_failed", code=error.code.value, reason=error.message)

    @property
    def _reader(self) -> str:
        """By what it is read: another version may make something else of the same files."""
        return f"{__version__} {self._parts.place}"


def _heed(state: SourceState) -> None:
    """TemplatesRateLimited where GitHub does not want to be asked yet."""
    if state.retry_at is not None and utcnow() < state.retry_at:
        raise TemplatesRateLimited(
            "GitHub is not to be asked yet: it has had enough of us; a token in GITHUB_TOKEN gives more requests.",
            state.retry_at,
        )
