"""The terminals that this process holds: a bounded number, vouched for by a lease, each closed exactly once."""

import asyncio
import contextlib
import secrets
from collections.abc import Iterator
from datetime import timedelta

import structlog
from bson import ObjectId

from aura_gql.infra.lease_watch import LeaseWatch
from aura_gql.infra.patience import patiently
from aura_gql.kernel.background import BackgroundTasks, Periodic
from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.errors import InvalidState
from aura_gql.sandboxes.ports import Sandbox, Terminal
from aura_gql.sandboxes.service import SandboxService
from aura_gql.terminals.documents import TerminalSession
from aura_gql.terminals.ends import closed, ending_of, lost
from aura_gql.terminals.errors import TooManyTerminals
from aura_gql.terminals.live import LiveTerminal
from aura_gql.terminals.records import TerminalLimits, TerminalRecord

_log = structlog.get_logger(__name__)
_SHUT_DOWN = "The server shut down."
_FAILED = "The server failed to read it."


class TerminalHolder:
    """Open terminals by id, and for a while those that ended. `owner` is this process's name in their records."""

    def __init__(self, sandboxes: SandboxService, limits: TerminalLimits) -> None:
        self.owner = secrets.token_hex(8)
        self._sandboxes = sandboxes
        self._limits = limits
        self._live: dict[ObjectId, LiveTerminal] = {}
        self._ended: dict[ObjectId, LiveTerminal] = {}
        self._coming: list[tuple[ObjectId, str]] = []
        self._used_at: dict[ObjectId, float] = {}
        self._tasks = BackgroundTasks()
        self._patrol = Periodic("terminal patrol", limits.patrol_interval_s, self.patrol)
        self._watch = LeaseWatch(limits.lease_s)
        self._is_stopping = False

    def __len__(self) -> int:
        """How many terminals are open here."""
        return len(self._live)

    @contextlib.contextmanager
    def room(self, sandbox_id: ObjectId, user_id: str) -> Iterator[None]:
        """A place for one more terminal, which is to be held in the block.

        TooManyTerminals where the sandbox or the user has no more, InvalidState where the server shuts down.
        """
        if self._is_stopping:
            raise InvalidState("The server is shutting down.")
        records = [live.record for live in self._live.values()]
        open_here = [(record.sandbox_id, record.user_id) for record in records] + self._coming
        for limit, count, whose in (
            (self._limits.max_per_sandbox, sum(each[0] == sandbox_id for each in open_here), "A sandbox"),
            (self._limits.max_per_user, sum(each[1] == user_id for each in open_here), "A user"),
        ):
            if count >= limit:
                message = f"{whose} may have {limit} terminals open; close one."
                raise TooManyTerminals(message, details={"limit": limit})
        place = (sandbox_id, user_id)
        self._coming.append(place)
        try:
            yield
        finally:
            self._coming.remove(place)

    def hold(self, record: TerminalRecord, terminal: Terminal, machine: Sandbox) -> LiveTerminal:
        """Read a terminal of a machine, whose record is stored under our `owner`, from now to its end."""
        live = LiveTerminal(record, terminal, self._limits, lambda: self._note_use(record.sandbox_id))
        self._live[record.id] = live
        self._tasks.spawn(self._run(live, machine), f"terminal {record.id}")
        if self._is_stopping:
            self._tasks.spawn(live.close(_SHUT_DOWN), f"close terminal {record.id}")
        return live

    def get(self, terminal_id: ObjectId) -> LiveTerminal | None:
        """A terminal that is open here or has ended lately."""
        return self._live.get(terminal_id) or self._ended.get(terminal_id)

    async def close_project(self, project_id: ObjectId) -> None:
        """Close every terminal of a project that is open here, and forget those that ended."""
        of_project = [live for live in self._live.values() if live.record.project_id == project_id]
        await asyncio.gather(*(live.close("Its project was deleted.") for live in of_project))
        for terminal_id in [key for key, live in self._ended.items() if live.record.project_id == project_id]:
            self._ended.pop(terminal_id, None)

    def begin_patrol(self) -> None:
        """Start the loop that renews leases."""
        self._patrol.start()

    async def stop(self) -> None:
        """At shutdown: close everything that is open here, and wait for that."""
        self._is_stopping = True
        await asyncio.gather(*(live.close(_SHUT_DOWN) for live in list(self._live.values())))
        await self._tasks.join()
        await self._patrol.stop()

    async def patrol(self) -> None:
        """Renew the leases of what is open here, and close what nobody holds."""
        now = utcnow()
        await TerminalSession.renew_leases(self.owner, now + timedelta(seconds=self._limits.lease_s))
        may_judge = self._watch.renewed(asyncio.get_running_loop().time())
        known = set(self._live)
        stored = await TerminalSession.find_open(owner=self.owner)
        for terminal_id in known.difference(record.id for record in stored):
            if (live := self._live.get(terminal_id)) is not None:
                self._tasks.spawn(live.close("Another server took it for lost."), f"close terminal {terminal_id}")
        for record in stored:
            overdue = record.created_at < now - timedelta(seconds=self._limits.lease_s)
            if overdue and record.id not in self._live:
                await self._give_up(record, "The server lost track of it.")
        if may_judge:
            await self.recover(exclusive=False)

    async def recover(self, *, exclusive: bool) -> None:
        """Close what dead servers left: those whose lease ran out, with `exclusive` all but our own."""
        lease_before = None if exclusive else utcnow()
        for record in await TerminalSession.find_open(not_owner=self.owner, lease_before=lease_before):
            await self._give_up(record, "The server restarted while it was open.")

    async def _run(self, live: LiveTerminal, machine: Sandbox) -> None:
        record = live.record
        try:
            status = await live.run()
            end = await ending_of(status, live.close_reason, record.sandbox_id, machine, self._sandboxes)
        except Exception as error:
            _log.error("terminal.failed", terminal_id=str(record.id), exc_info=error)
            self._tasks.spawn(live.close(_FAILED), f"close terminal {record.id}")
            end = lost(_FAILED)
        ended = closed(live.record, end)
        try:
            await self._store_end(ended)
        except Exception as error:
            _log.error("terminal.not_recorded", terminal_id=str(record.id), exc_info=error)
        # Only now: who is told of the end finds it stored.
        live.end(ended)
        del self._live[record.id]
        self._linger(live)
        if not record.has_project:
            return
        if not await patiently(lambda: self._sandboxes.has_project(record.user_id, record.project_id)):
            await patiently(lambda: TerminalSession.remove(record.id))

    async def _store_end(self, ended: TerminalRecord) -> bool:
        expires_at = utcnow() + timedelta(seconds=self._limits.retention_s)
        return await patiently(lambda: TerminalSession.close_open(ended, expires_at))

    def _linger(self, live: LiveTerminal) -> None:
        """Keep it for those who come back for its last words."""
        terminal_id = live.record.id
        self._ended[terminal_id] = live
        while len(self._ended) > self._limits.max_lingering:
            del self._ended[next(iter(self._ended))]
        asyncio.get_running_loop().call_later(self._limits.linger_s, self._ended.pop, terminal_id, None)

    def _note_use(self, sandbox_id: ObjectId) -> None:
        """Count as activity in the sandbox, noted now and then: keys come faster than that matters."""
        now = asyncio.get_running_loop().time()
        if now - self._used_at.get(sandbox_id, -self._limits.activity_interval_s) < self._limits.activity_interval_s:
            return
        open_in = {live.record.sandbox_id for live in self._live.values()}
        self._used_at = {each: at for each, at in self._used_at.items() if each in open_in}
        self._used_at[sandbox_id] = now
        self._tasks.spawn(self._sandboxes.touch(sandbox_id), f"activity in {sandbox_id}")

    async def _give_up(self, record: TerminalRecord, reason: str) -> None:
        if await self._store_end(closed(record, lost(reason))):
            _log.warning("terminal.lost", terminal_id=str(record.id), reason=reason)
