"""A vendor as the rest of this package uses it: asked again where that is safe, left alone where down, counted."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from aura_gql.sandboxes.errors import SandboxGone
from aura_gql.sandboxes.providers.remote.alarm import KeyAlarm
from aura_gql.sandboxes.providers.remote.breaker import Breaker
from aura_gql.sandboxes.providers.remote.errors import (
    AgentGone,
    LinkBroken,
    VendorBusy,
    VendorDown,
    VendorFull,
    VendorKeyRefused,
    VendorLeftAlone,
    VendorRefused,
    VendorTimedOut,
)
from aura_gql.sandboxes.providers.remote.ports import Link, Vendor
from aura_gql.sandboxes.providers.remote.values import MachineWish, VendorMachine
from aura_gql.sandboxes.tally import VendorTally
from aura_gql.sandboxes.values import Capabilities

# What concerns the account rather than one machine: only this tells whether the vendor is well, and only this waits for
# it to be. What is asked for a machine that runs is always tried.
_OF_THE_ACCOUNT: Final = frozenset({"create", "list", "ping"})
# A machine may have been made, or a command started, whose answer was lost.
_NEVER_AGAIN: Final = frozenset({"create", "launch"})
# A machine's own daemon may take these by a token of the machine, which tells nothing of the account's key.
_OF_THE_MACHINE: Final = frozenset({"upload", "launch", "relink", "signed_url"})

_OUTCOMES: Final[Sequence[tuple[type[BaseException], str]]] = (
    (SandboxGone, "GONE"),
    (VendorFull, "FULL"),
    (VendorBusy, "BUSY"),
    (VendorTimedOut, "TIMEOUT"),
    (VendorDown, "UNAVAILABLE"),
    (VendorKeyRefused, "KEY_REFUSED"),
    (VendorRefused, "REFUSED"),
    (LinkBroken, "BROKEN"),
    (AgentGone, "BROKEN"),
    (asyncio.CancelledError, "CANCELLED"),
)

ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True)
class Patience:
    """Something is asked `attempts` times at most, behind pauses of `first_pause_s`, doubling, each shortened by chance
    to the half at least; all of it within `total_s`.
    """

    attempts: int = 3
    first_pause_s: float = 0.5
    total_s: float = 28.0


class SteadyVendor:
    """Satisfies the `Vendor` port over an adapter. A refused key is told in words for users."""

    def __init__(self, vendor: Vendor, breaker: Breaker, tally: VendorTally, patience: Patience | None = None) -> None:
        self._vendor = vendor
        self._breaker = breaker
        self._tally = tally
        self._patience = patience or Patience()
        self._alarm = KeyAlarm(vendor.name, tally)

    @property
    def name(self) -> str:
        """As the port says."""
        return self._vendor.name

    @property
    def capabilities(self) -> Capabilities:
        """As the port says."""
        return self._vendor.capabilities

    @property
    def is_idempotent(self) -> bool:
        """As the port says."""
        return self._vendor.is_idempotent

    @property
    def home(self) -> str:
        """As the port says."""
        return self._vendor.home

    async def create(self, wish: MachineWish) -> VendorMachine:
        """As the port says; never tried again here."""
        return await self._ask("create", lambda: self._vendor.create(wish))

    async def get(self, machine_id: str) -> VendorMachine:
        """As the port says."""
        return await self._ask("get", lambda: self._vendor.get(machine_id))

    async def list(self, environment: str) -> Sequence[VendorMachine]:
        """As the port says."""
        return await self._ask("list", lambda: self._vendor.list(environment))

    async def destroy(self, machine_id: str) -> None:
        """As the port says."""
        await self._ask("destroy", lambda: self._vendor.destroy(machine_id))

    async def extend(self, machine_id: str, until: datetime) -> datetime | None:
        """As the port says."""
        return await self._ask("extend", lambda: self._vendor.extend(machine_id, until))

    async def pause(self, machine_id: str) -> None:
        """As the port says."""
        await self._ask("pause", lambda: self._vendor.pause(machine_id))

    async def resume(self, machine_id: str, until: datetime) -> None:
        """As the port says."""
        await self._ask("resume", lambda: self._vendor.resume(machine_id, until))

    async def upload(self, machine_id: str, path: str, data: bytes) -> None:
        """As the port says."""
        await self._ask("upload", lambda: self._vendor.upload(machine_id, path, data))

    async def launch(self, machine_id: str, command: str) -> Link:
        """As the port says; never tried again here."""
        return await self._ask("launch", lambda: self._vendor.launch(machine_id, command))

    async def relink(self, machine_id: str, token: str) -> Link:
        """As the port says."""
        return await self._ask("relink", lambda: self._vendor.relink(machine_id, token))

    async def signed_url(self, machine_id: str, port: int, expires_s: int) -> str | None:
        """As the port says."""
        return await self._ask("signed_url", lambda: self._vendor.signed_url(machine_id, port, expires_s))

    async def ping(self) -> None:
        """As the port says."""
        await self._ask("ping", self._vendor.ping)

    async def close(self) -> None:
        """As the port says."""
        await self._vendor.close()

    async def _ask(self, operation: str, request: Callable[[], Awaitable[ResultT]]) -> ResultT:
        """The answer, within the time that a provider has: VendorTimedOut behind it."""
        deadline = asyncio.get_running_loop().time() + self._patience.total_s
        attempts = 1 if operation in _NEVER_AGAIN else self._patience.attempts
        for attempt in range(1, attempts):
            try:
                return await self._ask_once(operation, request, deadline)
            except (VendorBusy, VendorDown) as error:
                pause_s = self._pause_s(attempt, error)
                # What took most of the time will hardly fit into the rest of it.
                if asyncio.get_running_loop().time() + pause_s > deadline - self._patience.total_s / 2:
                    raise
                await asyncio.sleep(pause_s)
            self._tally.retries[operation] += 1
        return await self._ask_once(operation, request, deadline)

    def _pause_s(self, attempt: int, error: VendorBusy | VendorDown) -> float:
        pause_s = self._patience.first_pause_s * 2.0 ** (attempt - 1) * random.uniform(0.5, 1.0)  # noqa: S311
        asked_for_s = error.retry_after_s if isinstance(error, VendorBusy) else None
        return pause_s + (asked_for_s or 0.0)

    async def _ask_once(self, operation: str, request: Callable[[], Awaitable[ResultT]], deadline: float) -> ResultT:
        if operation in _OF_THE_ACCOUNT:
            try:
                with self._breaker.guarding():
                    return await self._ask_now(operation, request, deadline)
            except VendorLeftAlone:
                self._tally.held_back[operation] += 1
                raise
        try:
            return await self._ask_now(operation, request, deadline)
        except VendorBusy as error:
            self._breaker.note(error)
            raise

    async def _ask_now(self, operation: str, request: Callable[[], Awaitable[ResultT]], deadline: float) -> ResultT:
        with self._counting(operation):
            try:
                async with asyncio.timeout_at(deadline) as clock:
                    return await request()
            except TimeoutError:
                if not clock.expired():
                    raise
                raise VendorTimedOut(f"{self.name} did not answer in time.") from None

    @contextmanager
    def _counting(self, operation: str) -> Iterator[None]:
        outcome = "OK"
        try:
            yield
            if operation not in _OF_THE_MACHINE:
                self._alarm.taken()
        except VendorKeyRefused as error:
            outcome = "KEY_REFUSED"
            raise self._alarm.refused(error) from None
        except BaseException as error:
            outcome = next((word for kind, word in _OUTCOMES if isinstance(error, kind)), "OTHER")
            raise
        finally:
            self._tally.calls[operation, outcome] += 1
