"""A vendor on paper: its machines are files of a folder, and nothing runs in them. Any number of processes share it.

It keeps the promises of the `Vendor` port as far as machines are made, found, changed and ended, and fails on demand.
"""

import asyncio
import json
import os
import secrets
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from aura_gql.kernel.clock import utcnow
from aura_gql.sandboxes.errors import SandboxGone
from aura_gql.sandboxes.providers.remote.errors import AgentGone
from aura_gql.sandboxes.providers.remote.ports import Link
from aura_gql.sandboxes.providers.remote.values import MachineState, MachineWish, VendorMachine
from aura_gql.sandboxes.values import Capabilities

Step = Callable[[], Awaitable[None]]


@dataclass
class Moods:
    """What goes wrong, by method: each error counts once, `before` the method did anything or `after` it was done.

    `steps` are awaited at the same places, named `create:before` and so on.
    """

    before: dict[str, deque[Exception]] = field(default_factory=lambda: defaultdict(deque))
    after: dict[str, deque[Exception]] = field(default_factory=lambda: defaultdict(deque))
    steps: dict[str, Step] = field(default_factory=dict)

    @asynccontextmanager
    async def around(self, operation: str) -> AsyncIterator[None]:
        """One call of the method."""
        await self._meet(f"{operation}:before", self.before[operation])
        yield
        await self._meet(f"{operation}:after", self.after[operation])

    async def _meet(self, place: str, errors: "deque[Exception]") -> None:
        if step := self.steps.get(place):
            await step()
        if errors:
            raise errors.popleft()


class PaperVendor:
    """Satisfies the `Vendor` port, but for what needs an agent. `folder` is the account."""

    def __init__(self, folder: Path, moods: Moods | None = None, *, is_idempotent: bool = False) -> None:
        self._folder = folder
        self.moods = moods or Moods()
        self.asked: list[str] = []
        self._is_idempotent = is_idempotent
        self.longest: timedelta | None = None
        self.is_behind = False

    name = "PAPER"
    home = "/home/user"
    capabilities = Capabilities(stdin=True, signals=True, network=False, pause=True, extend=True)

    @property
    def is_idempotent(self) -> bool:
        """As the port says."""
        return self._is_idempotent

    async def create(self, wish: MachineWish) -> VendorMachine:
        """As the port says: a key's machine is made once; SandboxGone where it has ended since."""
        async with self._around("create"):
            known = f"{wish.sandbox_id}-{wish.attempt}" if self._is_idempotent else secrets.token_hex(8)
            written = {
                "sandbox_id": wish.sandbox_id,
                "environment": wish.environment,
                "state": MachineState.RUNNING,
                "created_at": utcnow().isoformat(),
                "ends_at": wish.lives_until.isoformat(),
                "image": wish.image,
            }
            used = self._folder / f"{known}.used"
            if not used.exists():
                self._write(known, written)
                used.touch()
            return self._read(known)

    async def get(self, machine_id: str) -> VendorMachine:
        """As the port says."""
        async with self._around("get"):
            return self._read(machine_id)

    async def list(self, environment: str) -> Sequence[VendorMachine]:
        """As the port says."""
        async with self._around("list"):
            there = [] if self.is_behind else self.all()
        return [
            machine
            for machine in there
            if machine.environment == environment and machine.state is not MachineState.ENDED
        ]

    async def destroy(self, machine_id: str) -> None:
        """As the port says."""
        async with self._around("destroy"):
            self._path(machine_id).unlink(missing_ok=True)

    async def extend(self, machine_id: str, until: datetime) -> datetime | None:
        """As the port says."""
        async with self._around("extend"):
            machine = self._read(machine_id)
            until = until if machine.ends_at is None else max(until, machine.ends_at)
            until = until if self.longest is None else min(until, machine.created_at + self.longest)
            self._change(machine_id, ends_at=until.isoformat())
        return until

    async def pause(self, machine_id: str) -> None:
        """As the port says."""
        async with self._around("pause"):
            self._change(machine_id, state=MachineState.PAUSED)

    async def resume(self, machine_id: str, until: datetime) -> None:
        """As the port says."""
        async with self._around("resume"):
            self._change(machine_id, state=MachineState.RUNNING, ends_at=until.isoformat())

    async def upload(self, machine_id: str, path: str, data: bytes) -> None:
        """As the port says, although nobody will read it."""
        async with self._around("upload"):
            self._read(machine_id)

    async def launch(self, machine_id: str, command: str) -> Link:
        """Nothing runs on paper."""
        async with self._around("launch"):
            self._read(machine_id)
        raise AgentGone("Nothing runs on paper.")

    async def relink(self, machine_id: str, token: str) -> Link:
        """Nothing runs on paper."""
        async with self._around("relink"):
            self._read(machine_id)
        raise AgentGone("Nothing runs on paper.")

    async def signed_url(self, machine_id: str, port: int, expires_s: int) -> str | None:
        """As the port says."""
        async with self._around("signed_url"):
            self._read(machine_id)
        return f"https://example.com/{machine_id}/{port}"

    async def ping(self) -> None:
        """As the port says."""
        async with self._around("ping"):
            pass

    async def close(self) -> None:
        """As the port says."""

    def all(self) -> Sequence[VendorMachine]:
        """What there is in the account, told without any mood."""
        names = [path.stem for path in self._folder.glob("*.json")]
        return [found for name in names if (found := self._found(name)) is not None]

    def end(self, sandbox_id: str, kept_as: MachineState | None = None) -> None:
        """Have the vendor end a sandbox's machines by itself; it forgets them, or keeps them in some state."""
        for machine in self.all():
            if machine.sandbox_id != sandbox_id:
                continue
            if kept_as is None:
                self._path(machine.machine_id).unlink()
            else:
                self._change(machine.machine_id, state=kept_as)

    @asynccontextmanager
    async def _around(self, operation: str) -> AsyncIterator[None]:
        self.asked.append(operation)
        async with self.moods.around(operation):
            await asyncio.sleep(0)
            yield

    def _path(self, machine_id: str) -> Path:
        return self._folder / f"{machine_id}.json"

    def _write(self, machine_id: str, written: dict[str, Any]) -> None:
        draft = self._folder / f".{secrets.token_hex(4)}"
        draft.write_text(json.dumps(written))
        os.replace(draft, self._path(machine_id))

    def _change(self, machine_id: str, **changes: Any) -> None:
        self._read(machine_id)
        self._write(machine_id, {**json.loads(self._path(machine_id).read_text()), **changes})

    def _read(self, machine_id: str) -> VendorMachine:
        if (found := self._found(machine_id)) is None:
            raise SandboxGone("There is no such machine.")
        return found

    def _found(self, machine_id: str) -> VendorMachine | None:
        try:
            written = json.loads(self._path(machine_id).read_text())
        except FileNotFoundError:
            return None
        return VendorMachine(
            machine_id,
            written["sandbox_id"],
            written["environment"],
            MachineState(written["state"]),
            datetime.fromisoformat(written["created_at"]),
            datetime.fromisoformat(written["ends_at"]),
        )
