"""What becomes of each thing that is asked of a provider, for each way in which its vendor can fail: one table.

Whoever can make a vendor fail that way, on paper or over HTTP, holds it against `OUTCOMES`; `outcomes()` is the page's.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.errors import DomainError, ProviderUnavailable
from aura_gql.sandboxes.errors import SandboxGone
from aura_gql.sandboxes.ports import Sandbox, SandboxProvider
from aura_gql.sandboxes.providers.remote.errors import (
    CreationUnheard,
    VendorBusy,
    VendorDown,
    VendorFull,
    VendorKeyRefused,
    VendorRefused,
    VendorTimedOut,
)
from aura_gql.sandboxes.values import SandboxSpec


class Fault(StrEnum):
    """What a vendor does with a request. All but LOST did nothing of what was asked."""

    KEY_REFUSED = "KEY_REFUSED"
    FULL = "FULL"
    BUSY = "BUSY"
    REFUSED = "REFUSED"
    GONE = "GONE"
    DOWN = "DOWN"
    TIMED_OUT = "TIMED_OUT"
    LOST = "LOST"


ERRORS: Final[Mapping[Fault, Callable[[], DomainError]]] = {
    Fault.KEY_REFUSED: lambda: VendorKeyRefused("401: the key is wrong."),
    Fault.FULL: lambda: VendorFull("The account is full."),
    Fault.BUSY: lambda: VendorBusy("Too many requests."),
    Fault.REFUSED: lambda: VendorRefused("There is no such template."),
    Fault.GONE: lambda: SandboxGone("There is no such machine."),
    Fault.DOWN: lambda: VendorDown("It answers 503."),
    Fault.TIMED_OUT: lambda: VendorTimedOut("It does not answer."),
    Fault.LOST: lambda: VendorDown("It hung up behind the order."),
}
"""What an adapter makes of each."""


class Asked(StrEnum):
    """What is asked of a provider or of one of its sandboxes, by the method."""

    CREATE = "create"
    CONNECT = "connect"
    LIST = "list"
    HEALTH = "health"
    REMOVE_ORPHANS = "remove_orphans"
    EXTEND = "extend"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"


REQUESTS: Final[Mapping[Asked, str]] = {
    Asked.CREATE: "create",
    Asked.CONNECT: "list",
    Asked.LIST: "list",
    Asked.HEALTH: "ping",
    Asked.REMOVE_ORPHANS: "destroy",
    Asked.EXTEND: "extend",
    Asked.PAUSE: "pause",
    Asked.RESUME: "resume",
    Asked.STOP: "destroy",
}
"""The request to the vendor that fails, by the name of the method of its adapter."""


@dataclass(frozen=True)
class Outcome:
    """What is raised where the vendor fails so once and then no more, and where it always does; None for nothing."""

    once: type[DomainError] | None
    always: type[DomainError] | None


def _same(error: type[DomainError] | None) -> Outcome:
    return Outcome(error, error)


def _passing(error: type[DomainError] | None) -> Outcome:
    return Outcome(None, error)


# What is safe to repeat is tried again behind these.
_AGAIN: Final = {
    Fault.KEY_REFUSED: _same(VendorKeyRefused),
    Fault.REFUSED: _same(VendorRefused),
    Fault.BUSY: _passing(VendorBusy),
    Fault.DOWN: _passing(VendorDown),
    Fault.TIMED_OUT: _passing(VendorTimedOut),
    Fault.LOST: _passing(VendorDown),
}
# A machine that is said to be gone is looked at, and was not.
_OF_A_MACHINE: Final = {**_AGAIN, Fault.GONE: _same(VendorDown)}
_LEFT: Final = _same(ProviderUnavailable)
_LEFT_IF_ALWAYS: Final = _passing(ProviderUnavailable)

OUTCOMES: Final[Mapping[Asked, Mapping[Fault, Outcome]]] = {
    Asked.CREATE: {
        Fault.KEY_REFUSED: _same(VendorKeyRefused),
        Fault.FULL: _same(VendorFull),
        Fault.BUSY: _same(VendorBusy),
        Fault.REFUSED: _same(VendorRefused),
        Fault.DOWN: _same(CreationUnheard),
        Fault.TIMED_OUT: _same(CreationUnheard),
        # It was made, and is adopted.
        Fault.LOST: _same(None),
    },
    Asked.CONNECT: _AGAIN,
    Asked.LIST: _AGAIN,
    # Never raises: it says so in words.
    Asked.HEALTH: {fault: _same(None) for fault in _AGAIN},
    # What can't be removed is left for the next round.
    Asked.REMOVE_ORPHANS: {fault: _same(None) for fault in _AGAIN},
    Asked.EXTEND: _OF_A_MACHINE,
    Asked.PAUSE: _OF_A_MACHINE,
    Asked.RESUME: _OF_A_MACHINE,
    Asked.STOP: {
        Fault.KEY_REFUSED: _LEFT,
        Fault.REFUSED: _LEFT,
        Fault.BUSY: _LEFT_IF_ALWAYS,
        Fault.DOWN: _LEFT_IF_ALWAYS,
        Fault.TIMED_OUT: _LEFT_IF_ALWAYS,
        Fault.LOST: _LEFT_IF_ALWAYS,
        Fault.GONE: _same(None),
    },
}

CASES: Final = [(asked, fault) for asked, faults in OUTCOMES.items() for fault in faults]
HELD: Final = SandboxSpec("held", "project")
"""The sandbox that `ask` needs, made before anything fails."""


async def ask(asked: Asked, provider: SandboxProvider, sandbox: Sandbox, stranger: str = "stranger") -> object:
    """Ask for it: of the provider about others, or of the sandbox HELD. `stranger` is one of another process, which is
    there.
    """
    calls: Mapping[Asked, Callable[[], Awaitable[object]]] = {
        Asked.CREATE: lambda: provider.create(SandboxSpec("new", "project")),
        Asked.CONNECT: lambda: provider.connect(stranger),
        Asked.LIST: provider.list,
        Asked.HEALTH: provider.health,
        Asked.REMOVE_ORPHANS: lambda: provider.remove_orphans([HELD.sandbox_id]),
        Asked.EXTEND: lambda: sandbox.extend(utcnow() + timedelta(hours=20)),
        Asked.PAUSE: sandbox.pause,
        Asked.RESUME: sandbox.resume,
        Asked.STOP: sandbox.stop,
    }
    return await calls[asked]()


async def raised(asked: Asked, provider: SandboxProvider, sandbox: Sandbox) -> type[BaseException] | None:
    """What came of asking: the class of what was raised, None where nothing was."""
    try:
        await ask(asked, provider, sandbox)
    except Exception as error:
        return type(error)
    return None


def outcomes() -> Sequence[Sequence[str]]:
    """The table in words, its head first, a column for all that is alike: what comes of each thing that is asked, where
    the vendor goes on to fail so.
    """
    alike: dict[tuple[str, ...], list[str]] = {}
    for asked in Asked:
        column = tuple(_word(OUTCOMES[asked].get(fault)) for fault in Fault)
        alike.setdefault(column, []).append(f"`{asked}`")
    rows = [
        [fault.lower().replace("_", " "), *(column[number] for column in alike)] for number, fault in enumerate(Fault)
    ]
    return [["the vendor", *map(", ".join, alike.values())], *rows]


def _word(outcome: Outcome | None) -> str:
    if outcome is None:
        return "-"
    if outcome.always is None:
        return "done"
    code = f"`{outcome.always.code}`"
    return f"again, {code}" if outcome.once is None else code
