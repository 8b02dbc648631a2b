"""Syncs of projects with the machines that hold their files, one at a time for each machine."""

import contextlib
from collections.abc import AsyncIterator, Callable
from itertools import islice

from bson import ObjectId

from aura_gql.files.records import FileRecord
from aura_gql.files.service import FileService
from aura_gql.sandboxes.documents import SandboxSession
from aura_gql.sandboxes.ports import Sandbox
from aura_gql.sandboxes.registry import LiveSandbox
from aura_gql.sandboxes.syncing.pulling import Pull, PullRules
from aura_gql.sandboxes.syncing.pushing import Push
from aura_gql.sandboxes.syncing.records import SyncReport
from aura_gql.sandboxes.syncing.services import SyncParts
from aura_gql.sandboxes.syncing.values import Choices, SyncDirection, SyncSide, Wants, everything, file_of

_RETRIED = 50


class ProjectSyncer:
    """Fills machines, brings them what changes, and saves what code changes. Errors of the machine pass through:
    SandboxGone, ProviderUnavailable, SandboxQuotaExceeded; so does StorageUnavailable.
    """

    def __init__(self, files: FileService) -> None:
        self._files = files
        self._parts = SyncParts.of(files)

    async def fill(self, machine: Sandbox, project_id: ObjectId) -> int:
        """Write every file of a project into a new machine; the revision that it then holds, 0 for no files at all."""
        return await self._parts.contents.fill(machine, project_id)

    async def push_changes(
        self, sandbox_id: ObjectId, live: LiveSandbox, begun: Callable[[], None] | None = None
    ) -> None:
        """Bring what changed in the project since the last push, and try again what is in conflict. Two at once push
        once, and both return when it is done. Costs one query where nothing changed.

        `begun` is called when its turn has come: what is saved before that is brought by it.
        """
        async with live.sync_lock:
            if begun is not None:
                begun()
            rows = await self._files.changes_since(live.project_id, live.synced.revision)
            if not rows:
                return
            now = {path: conflict.ours for path, conflict in islice(live.synced.conflicts.items(), _RETRIED)}
            now |= {row.file.path: file_of(row) for row in rows}
            brought = {path: record for path, record in now.items() if not live.synced.has(path, record)}
            async with self._noted(sandbox_id, live):
                await Push(self._parts, live, brought).run()
                live.synced.reach(rows[-1].file.revision)

    async def pull(self, sandbox_id: ObjectId, live: LiveSandbox, rules: PullRules) -> SyncReport:
        """Save what code changed; errors as those of a Pull, too."""
        async with live.sync_lock, self._noted(sandbox_id, live):
            return await Pull(self._parts, live, rules).run()

    async def sync(
        self, sandbox_id: ObjectId, live: LiveSandbox, direction: SyncDirection, wants: Wants, choices: Choices
    ) -> SyncReport:
        """Do what the user chose for single paths, and sync all that is wanted in that direction."""
        ours = {path: side for path, side in choices.items() if side is SyncSide.PROJECT}
        theirs = {path: side for path, side in choices.items() if side is SyncSide.SANDBOX}
        async with live.sync_lock, self._noted(sandbox_id, live):
            if direction is SyncDirection.TO_SANDBOX:
                report = await self._pull_chosen(live, theirs)
                return report.joined(await self._push_all(live, _either(wants, ours), ours))
            report = await self._push_chosen(live, ours)
            return report.joined(await Pull(self._parts, live, PullRules(_either(wants, theirs)), theirs).run())

    async def _pull_chosen(self, live: LiveSandbox, choices: Choices) -> SyncReport:
        if not choices:
            return SyncReport()
        return await Pull(self._parts, live, PullRules(choices.__contains__), choices).run()

    async def _push_chosen(self, live: LiveSandbox, choices: Choices) -> SyncReport:
        return await self._push_all(live, choices.__contains__, choices) if choices else SyncReport()

    async def _push_all(self, live: LiveSandbox, wants: Wants, choices: Choices) -> SyncReport:
        """Look at all that the project has or had, not only at what changed."""
        # Before the files, which are then as these left them, or newer.
        rows = await self._files.changes_since(live.project_id, live.synced.revision)
        now: dict[str, FileRecord | None] = dict.fromkeys([*live.synced.apart, *(row.file.path for row in rows)])
        now |= {record.path: record for record in await self._parts.entries(live.project_id)}
        report = await Push(self._parts, live, {path: now[path] for path in now if wants(path)}, choices).run()
        if rows and wants is everything:
            live.synced.reach(rows[-1].file.revision)
        return report

    @contextlib.asynccontextmanager
    async def _noted(self, sandbox_id: ObjectId, live: LiveSandbox) -> AsyncIterator[None]:
        """Have the record say what the machine has got, however the block ends."""
        try:
            yield
        finally:
            await SandboxSession.set_synced(sandbox_id, live.synced)


def _either(wants: Wants, choices: Choices) -> Wants:
    return wants if wants is everything or not choices else lambda path: path in choices or wants(path)
