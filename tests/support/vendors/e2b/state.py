"""What the loopback E2B holds, and how its sandboxes come and go."""

import asyncio
from collections.abc import Coroutine, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.vendors.e2b.machines import HOME, Machine
from tests.support.vendors.guests import Guest

API_KEY = "e2b_" + "0" * 40
DEFAULT_TIMEOUT_S = 15
HOBBY_HOURS = 1
LIMIT = 20


class State:
    """The sandboxes by their ids. `skew_s` is how many seconds its clock is ahead of this host's; `limit` how many may
    run at once, `max_hours` how long; `page` is the most entries that it lists at once.
    """

    def __init__(self) -> None:
        self.machines = dict[str, Machine]()
        self.templates = {"base"}
        self.skew_s = 0.0
        self.limit, self.max_hours, self.page = LIMIT, HOBBY_HOURS, 100
        self._by_key = dict[str, asyncio.Task[Machine]]()
        self._tasks = set[asyncio.Task[Any]]()

    def now(self) -> datetime:
        """The time there."""
        return datetime.now(UTC) + timedelta(seconds=self.skew_s)

    @property
    def running(self) -> int:
        """How many run."""
        return sum(not machine.is_paused for machine in self.machines.values())

    def made_by(self, key: str) -> asyncio.Task[Machine] | None:
        """What an earlier request with this idempotency key makes or has made."""
        return self._by_key.get(key)

    async def make(self, wish: Mapping[str, Any], key: str | None) -> Machine:
        """A running machine. It is made although nobody may wait for it any more."""
        making = self.spawn(self._made(wish))
        if key is not None:
            self._by_key[key] = making
        return await asyncio.shield(making)

    def set_end(self, machine: Machine, timeout_s: float) -> None:
        """Have it end by itself then, or when it has run as long as it may."""
        timeout_s = min(timeout_s, (machine.started_at - self.now()).total_seconds() + self.max_hours * 3600)
        machine.end_at = self.now() + timedelta(seconds=timeout_s)
        if machine.timer is not None:
            machine.timer.cancel()
        loop = asyncio.get_running_loop()
        machine.timer = loop.call_later(timeout_s, lambda: self.spawn(self.destroy(machine)))

    async def destroy(self, machine: Machine) -> None:
        """End it: it is known no more at once."""
        self.machines.pop(machine.id, None)
        if machine.timer is not None:
            machine.timer.cancel()
        machine.drop_streams()
        await machine.guest.kill()

    async def pause(self, machine: Machine) -> None:
        """Freeze it; its clock stands."""
        machine.is_paused = True
        if machine.timer is not None:
            machine.timer.cancel()
        machine.drop_streams()
        await machine.guest.freeze()

    async def resume(self, machine: Machine) -> None:
        """Have it go on."""
        await machine.guest.thaw()
        machine.is_paused = False

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Do something in the background, until this closes."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def close(self) -> None:
        """End everything."""
        while self.machines or self._tasks:
            await asyncio.gather(*(self.destroy(machine) for machine in list(self.machines.values())))
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _made(self, wish: Mapping[str, Any]) -> Machine:
        now = self.now()
        machine = Machine(await Guest.start(HOME), wish, now, now)
        self.machines[machine.id] = machine
        self.set_end(machine, wish.get("timeout", DEFAULT_TIMEOUT_S))
        return machine
