"""What the loopback Daytona holds, and how its sandboxes get from one state to the next."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from tests.support.vendors.daytona.clock import Clock
from tests.support.vendors.daytona.machines import HOME, Machine
from tests.support.vendors.guests import Guest

API_KEY = "dtn_" + "0" * 60

Tell = Callable[[Machine, str], Awaitable[None]]


class State:
    """The sandboxes by their ids; whoever sets `tell` hears of each change, with the state before.

    `limit` is how many may run at once. While `starts` is not set nothing gets from `creating` to `started`; the next
    one to start fails where `broken` says why. `can_pause` is whether they are of a class that can.
    """

    def __init__(self, clock: Clock | None = None, limit: int = 10, *, can_pause: bool = True) -> None:
        self.clock = clock or Clock()
        self.limit, self.can_pause = limit, can_pause
        self.machines = dict[str, Machine]()
        self.starts = asyncio.Event()
        self.starts.set()
        self.broken: str | None = None
        self.tell: Tell | None = None
        self._guests = list[Guest]()
        self._tasks = set[asyncio.Task[None]]()

    def found(self, id_or_name: str) -> Machine | None:
        """One that the API knows, by its id or name; what its clocks want is done first."""
        self.tick()
        for machine in self.machines.values():
            if machine.is_there and id_or_name in (machine.id, machine.name):
                return machine
        return None

    def tick(self) -> None:
        """Do what the clocks of the sandboxes want by now."""
        for machine in list(self.machines.values()):
            due = machine.due(self.clock) if machine.is_there else None
            if due == "destroyed":
                self.destroy(machine)
            elif due == "stopped":
                self.spawn(self.stop(machine))

    def destroy(self, machine: Machine) -> None:
        """End it and remove its disk, in the background."""
        if machine.state not in ("destroying", "destroyed"):
            machine.state = "destroying"
            self.spawn(self._destroyed(machine))

    async def start(self, machine: Machine) -> None:
        """From `creating` to `started`."""
        await self.starts.wait()
        if machine.state != "creating":
            return
        if self.broken is not None:
            machine.error_reason, self.broken = self.broken, None
            await self.move(machine, "error")
            return
        machine.guest = await Guest.start(home=HOME)
        self._guests.append(machine.guest)
        await self.move(machine, "started")

    async def stop(self, machine: Machine) -> None:
        """End what runs in it."""
        await self.move(machine, "stopping")
        await self._ended(machine)
        machine.stopped_at = self.clock.now()
        await self.move(machine, "stopped")

    async def pause(self, machine: Machine) -> None:
        """Freeze what runs in it."""
        await self.move(machine, "pausing")
        await machine.running.freeze()
        await self.move(machine, "paused")

    async def resume(self, machine: Machine) -> None:
        """Have it go on."""
        await self.move(machine, "resuming")
        await machine.running.thaw()
        await self.move(machine, "started")

    async def move(self, machine: Machine, state: str) -> None:
        """Into another state, unless it is being destroyed."""
        if machine.state == "destroyed" or (machine.state == "destroying" and state != "destroyed"):
            return
        before, machine.state, machine.updated_at = machine.state, state, self.clock.now()
        if self.tell is not None:
            await self.tell(machine, before)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something in the background, until this closes."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """End everything."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(*(guest.kill() for guest in self._guests))

    async def _destroyed(self, machine: Machine) -> None:
        await self._ended(machine)
        await self.move(machine, "destroyed")

    async def _ended(self, machine: Machine) -> None:
        guest, machine.guest = machine.guest, None
        if guest is not None:
            await guest.kill()
        machine.sessions.clear()
        machine.ptys.clear()
