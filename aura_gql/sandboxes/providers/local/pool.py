"""Machines made ahead, so that whoever wants a sandbox need not wait for one to start."""

import asyncio
import contextlib
import secrets
from collections import deque
from collections.abc import Awaitable, Callable, Iterator

import structlog

from aura_gql.kernel.errors import DomainError
from aura_gql.sandboxes.providers.local.maker import MadeMachine
from aura_gql.sandboxes.tally import PoolTally

# Begins with a dot: no sandbox may have such a name.
WARM_PREFIX = ".warm-"
# A new sandbox is being filled and used at once, and making another would slow that down.
QUIET_S = 0.5
FIRST_BACKOFF_S, LAST_BACKOFF_S = 1.0, 60.0
ANSWER_TIMEOUT_S = 1.0

_log = structlog.get_logger(__name__)


class WarmPool:
    """Up to `size` machines that wait. Each is new, has run nothing, and is given to one sandbox.

    It is refilled in the background, one machine at a time, while nobody waits for a sandbox: from the first `refill`
    on until `close`. What goes wrong meanwhile is logged and counted, and tried again ever more rarely.
    """

    def __init__(
        self,
        size: int,
        make: Callable[[str], Awaitable[MadeMachine]],
        unmake: Callable[[MadeMachine], Awaitable[None]],
        spare: Callable[[], int],
        tally: PoolTally,
    ) -> None:
        """`make` is given the name of a machine; `spare` says how many more the host may hold, below 0 for too many."""
        self._size = size
        self._make = make
        self._unmake = unmake
        self._spare = spare
        self._tally = tally
        self._ready: deque[MadeMachine] = deque()
        self._removing: set[asyncio.Task[None]] = set()
        self._names: set[str] = set()
        self._refilling: asyncio.Task[None] | None = None
        self._waiters = 0
        self._quiet_at = 0.0
        self._failures = 0
        self._closing = asyncio.Event()
        self._may_refill = asyncio.Event()
        self._may_refill.set()

    def __len__(self) -> int:
        """How many machines there are, those being made or removed included."""
        return len(self._names)

    @property
    def names(self) -> frozenset[str]:
        """The names of these machines."""
        return frozenset(self._names)

    @contextlib.contextmanager
    def held_back(self) -> Iterator[None]:
        """While somebody waits for a sandbox, and for a moment afterwards, no refill begins."""
        self._waiters += 1
        self._may_refill.clear()
        try:
            yield
        finally:
            self._waiters -= 1
            self._quiet_at = asyncio.get_running_loop().time() + QUIET_S
            if not self._waiters:
                self._may_refill.set()
                self.refill()

    async def take(self) -> MadeMachine | None:
        """A machine that has just shown that it lives, which is the caller's from now on; None where there is none."""
        while self._ready:
            made = self._ready.popleft()
            if await _answers(made):
                self._names.discard(made.name)
                self._tally.taken += 1
                self._failures = 0
                return made
            self._lose(made)
        if self._size:
            self._tally.missed += 1
        return None

    async def give_way(self) -> None:
        """Remove a machine that waits, if there is one, for a sandbox that can't use it."""
        if self._ready:
            await self._remove(self._ready.popleft())

    def refill(self) -> None:
        """Begin to make what is missing, if that is not being done."""
        if not self._closing.is_set() and self._lacks() and (self._refilling is None or self._refilling.done()):
            self._refilling = asyncio.create_task(self._refill(), name="refill the warm pool")

    async def close(self) -> None:
        """Remove all; what is being made is finished first. Safe to repeat."""
        self._closing.set()
        self._may_refill.set()
        if self._refilling is not None:
            await asyncio.wait({self._refilling})
        await asyncio.gather(*(self._remove(made) for made in self._take_all()))
        while self._removing:
            await asyncio.wait(self._removing)

    def _lacks(self) -> bool:
        return len(self._names) < self._size and self._spare() > 0

    async def _refill(self) -> None:
        while self._lacks():
            await self._until_quiet()
            if self._closing.is_set() or not self._lacks():
                return
            try:
                await self._add()
            except (DomainError, OSError) as error:
                self._tally.failed += 1
                self._failures += 1
                _log.warning("sandbox.pool_not_refilled", reason=str(error), failures=self._failures)

    async def _until_quiet(self) -> None:
        """Until nobody waits for a sandbox, nobody did a moment ago, and a failure is some time past."""
        loop = asyncio.get_running_loop()
        backoff_s = min(FIRST_BACKOFF_S * 2 ** (self._failures - 1), LAST_BACKOFF_S) if self._failures else 0.0
        not_before = loop.time() + backoff_s
        while not self._closing.is_set():
            await self._may_refill.wait()
            left_s = max(not_before, self._quiet_at) - loop.time()
            if left_s <= 0:
                return
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left_s):
                    await self._closing.wait()

    async def _add(self) -> None:
        name = f"{WARM_PREFIX}{secrets.token_hex(8)}"
        self._names.add(name)
        try:
            made = await self._make(name)
        except BaseException:
            self._names.discard(name)
            raise
        self._tally.made += 1
        if self._spare() < 0 or self._closing.is_set():
            await self._remove(made)
            return
        self._ready.append(made)
        made.machine.gone.add_done_callback(lambda _: self._notice_end(made))

    def _notice_end(self, made: MadeMachine) -> None:
        """A machine has ended: one that waited here did so by itself, and another takes its place."""
        if made in self._ready:
            self._ready.remove(made)
            self._lose(made)

    def _lose(self, made: MadeMachine) -> None:
        self._tally.died += 1
        self._failures += 1
        _log.warning("sandbox.pool_machine_died", machine=made.name, failures=self._failures)
        task = asyncio.create_task(self._remove(made), name=f"remove {made.name}")
        self._removing.add(task)
        task.add_done_callback(self._removing.discard)
        task.add_done_callback(lambda _: self.refill())

    async def _remove(self, made: MadeMachine) -> None:
        try:
            await self._unmake(made)
        except OSError as error:  # its folder is an orphan
            _log.warning("sandbox.pool_machine_not_removed", machine=made.name, reason=str(error))
        finally:
            self._names.discard(made.name)

    def _take_all(self) -> list[MadeMachine]:
        taken = list(self._ready)
        self._ready.clear()
        return taken


async def _answers(made: MadeMachine) -> bool:
    """Whether its PID 1 does what it is told, rather than being dead, dying or frozen."""
    try:
        async with asyncio.timeout(ANSWER_TIMEOUT_S):
            return await made.machine.answers()
    except TimeoutError:
        return False
