"""Terminals: opening them, typing, and following what they show."""

import contextlib
from collections.abc import AsyncGenerator, Sequence
from datetime import timedelta

from bson import ObjectId

from aura_gql.infra.paging import id_behind, page_by_id
from aura_gql.infra.patience import patiently
from aura_gql.infra.ports import IdempotencyKeys, RateLimiter
from aura_gql.kernel.background import undisturbed
from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.errors import InvalidInput
from aura_gql.kernel.page import Page, PageRequest
from aura_gql.sandboxes.checks import require_window
from aura_gql.sandboxes.errors import SandboxNotRunning
from aura_gql.sandboxes.records import ENDED_STATUSES, SandboxRecord, SandboxStatus
from aura_gql.sandboxes.service import SandboxService
from aura_gql.sandboxes.values import TerminalSpec
from aura_gql.terminals.documents import TerminalSession, to_record
from aura_gql.terminals.errors import TerminalElsewhere, TerminalEnded, TerminalNotFound
from aura_gql.terminals.holder import TerminalHolder
from aura_gql.terminals.live import LiveTerminal
from aura_gql.terminals.records import (
    TerminalClosed,
    TerminalEvent,
    TerminalGap,
    TerminalLimits,
    TerminalRecord,
    TerminalRequest,
)
from aura_gql.terminals.requests import fingerprint, spec_of

_NO_SUCH_TERMINAL = "There is no terminal with this id."


class TerminalService:
    """A user's terminals. Someone else's answers as a missing one.

    A server calls `recover` and `start` at its start and `stop` at its end, before it closes the sandboxes.
    """

    def __init__(
        self, sandboxes: SandboxService, idempotency: IdempotencyKeys, limits: TerminalLimits, operations: RateLimiter
    ) -> None:
        self._sandboxes = sandboxes
        self._idempotency = idempotency
        self._limits = limits
        self._operations = operations
        self._holder = TerminalHolder(sandboxes, limits)

    async def open(
        self, viewer_id: str, request: TerminalRequest, idempotency_key: str | None = None
    ) -> TerminalRecord:
        """Start a program on a terminal of a sandbox, a login shell unless it names another; waits for a start.

        InvalidInput, CommandNotFound, SandboxNotFound, SandboxNotRunning, TooManyTerminals, IdempotencyMismatch,
        RateLimited.
        """
        spec = spec_of(request, self._limits)
        sandbox = await self._sandboxes.get(viewer_id, request.sandbox_id)
        terminal_id = await self._idempotency.claim(
            user_id=viewer_id, operation="openTerminal", key=idempotency_key, request=fingerprint(request)
        )
        if idempotency_key is not None and (earlier := await TerminalSession.find_owned(viewer_id, [terminal_id])):
            return self._as_it_stands(earlier[0])
        if sandbox.status is SandboxStatus.STOPPING or sandbox.status in ENDED_STATUSES:
            reason = f": {sandbox.status_reason}" if sandbox.status_reason else "."
            raise SandboxNotRunning(f"The sandbox is {sandbox.status}{reason}", field=("sandboxId",))
        # To its end, whoever waits for it: a shell that nobody knows of would run on.
        return await undisturbed(self._open(terminal_id, viewer_id, sandbox, spec))

    async def write(self, viewer_id: str, terminal_id: ObjectId, data: bytes) -> TerminalRecord:
        """Type. TerminalNotFound, TerminalEnded, TerminalElsewhere, TerminalBusy, InvalidInput for too much."""
        if len(data) > self._limits.max_write_bytes:
            raise InvalidInput(
                f"At most {self._limits.max_write_bytes} bytes can be written at a time; these are {len(data)}.",
                field=("text",),
            )
        live = await self._held(viewer_id, terminal_id)
        await live.write(data)
        return live.record

    async def resize(self, viewer_id: str, terminal_id: ObjectId, columns: int, rows: int) -> TerminalRecord:
        """Give it another size, of which its programs are told. As `write`, and InvalidInput for an odd size."""
        require_window(columns, rows)
        live = await self._held(viewer_id, terminal_id)
        if (live.record.columns, live.record.rows) != (columns, rows):
            await live.resize(columns, rows)
            await TerminalSession.set_size(terminal_id, columns, rows)
        return live.record

    async def close(self, viewer_id: str, terminal_id: ObjectId) -> TerminalRecord:
        """Hang up, then kill everything that was started on it. Safe to repeat."""
        with contextlib.suppress(TerminalEnded):
            await (await self._held(viewer_id, terminal_id)).close("Its owner closed it.")
        return await self.get(viewer_id, terminal_id)

    async def get(self, viewer_id: str, terminal_id: ObjectId) -> TerminalRecord:
        """The viewer's terminal; TerminalNotFound."""
        found = await TerminalSession.find_owned(viewer_id, [terminal_id])
        if not found:
            raise TerminalNotFound(_NO_SUCH_TERMINAL)
        return self._as_it_stands(found[0])

    async def get_many(self, viewer_id: str, terminal_ids: Sequence[ObjectId]) -> dict[ObjectId, TerminalRecord]:
        """Those of the terminals that the viewer may see, by id, in one query."""
        found = await TerminalSession.find_owned(viewer_id, terminal_ids)
        return {record.id: self._as_it_stands(record) for record in found}

    async def list_for_sandbox(self, viewer_id: str, sandbox_id: ObjectId, page: PageRequest) -> Page[TerminalRecord]:
        """The viewer's terminals in a sandbox, newest first; closed ones for some days."""
        found = await TerminalSession.find_page(viewer_id, sandbox_id, id_behind(page), page.first + 1)
        records = [self._as_it_stands(record) for record in found]
        return page_by_id(records, page, lambda: TerminalSession.count_of_sandbox(viewer_id, sandbox_id))

    async def output(
        self, viewer_id: str, terminal_id: ObjectId, after: int = 0
    ) -> AsyncGenerator[TerminalEvent, None]:
        """What is kept behind chunk `after`, a TerminalGap first where some is not, then what comes, then one
        TerminalClosed. TerminalNotFound, TerminalElsewhere; InvalidInput where `after` is no chunk's number so far.
        """
        record = await self.get(viewer_id, terminal_id)
        live = self._holder.get(terminal_id)
        if live is not None:
            async with contextlib.aclosing(live.follow(after)) as events:
                async for event in events:
                    yield event
            return
        if record.is_open:
            raise _elsewhere()
        if not 0 <= after <= record.last_sequence:
            message = f"`after` is {after}, but the terminal's last chunk is {record.last_sequence}."
            raise InvalidInput(message, field=("after",))
        if after < record.last_sequence:
            yield TerminalGap(after + 1, record.last_sequence)
        yield TerminalClosed(record, record.last_sequence)

    async def remove_project(self, project_id: ObjectId) -> None:
        """Close and forget every terminal of a project. Safe to repeat."""
        await self._holder.close_project(project_id)
        await TerminalSession.remove_of_project(project_id)

    def count_open(self) -> int:
        """How many terminals are open in this process."""
        return len(self._holder)

    async def recover(self, *, exclusive: bool) -> None:
        """At start: close what dead servers left. `exclusive` says that no other server can be alive."""
        await self._holder.recover(exclusive=exclusive)

    async def patrol(self) -> None:
        """One round of the loop: renew the leases of what is open here, close what nobody holds."""
        await self._holder.patrol()

    def start(self) -> None:
        """Begin to vouch for what is open here."""
        self._holder.begin_patrol()

    async def stop(self) -> None:
        """At shutdown: close what is open here, and wait for that."""
        await self._holder.stop()

    async def _open(
        self, terminal_id: ObjectId, viewer_id: str, sandbox: SandboxRecord, spec: TerminalSpec
    ) -> TerminalRecord:
        with self._holder.room(sandbox.id, viewer_id):
            resets_at = await self._operations.take(viewer_id)
            machine = await self._sandboxes.attach(sandbox.id)
            await self._sandboxes.touch(sandbox.id)
            terminal = await machine.open_terminal(spec)
            try:
                session = self._session(terminal_id, viewer_id, sandbox, spec)
                if await patiently(lambda: TerminalSession.add(session)):
                    return self._holder.hold(to_record(session.model_dump(by_alias=True)), terminal, machine).record
            except BaseException:
                await terminal.terminate(grace_ms=0)
                raise
            # The same request came twice at once, and the other one was first.
            await terminal.terminate(grace_ms=0)
            await self._operations.adjust(viewer_id, resets_at, -1)
            return await self.get(viewer_id, terminal_id)

    async def _held(self, viewer_id: str, terminal_id: ObjectId) -> LiveTerminal:
        """The viewer's terminal, open in this process; asks the database only where it is not."""
        live = self._holder.get(terminal_id)
        if live is not None and live.record.user_id == viewer_id:
            return live
        record = await self.get(viewer_id, terminal_id)
        if record.is_open:
            raise _elsewhere()
        raise TerminalEnded(f"The terminal is closed: {record.reason}")

    def _as_it_stands(self, record: TerminalRecord) -> TerminalRecord:
        live = self._holder.get(record.id)
        return record if live is None else live.record

    def _session(
        self, terminal_id: ObjectId, viewer_id: str, sandbox: SandboxRecord, spec: TerminalSpec
    ) -> TerminalSession:
        now = utcnow()
        return TerminalSession(
            id=terminal_id,
            sandbox_id=sandbox.id,
            project_id=sandbox.project_id,
            user_id=viewer_id,
            command=list(spec.argv),
            cwd=spec.cwd,
            columns=spec.columns,
            rows=spec.rows,
            owner=self._holder.owner,
            lease_until=now + timedelta(seconds=self._limits.lease_s),
            created_at=now,
        )


def _elsewhere() -> TerminalElsewhere:
    return TerminalElsewhere("The terminal is open on another server, which alone can be asked for it.")
