"""What the two ends of a channel agree on."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

JSON = None | bool | int | float | str | list["JSON"] | dict[str, "JSON"]


class Pipe(Protocol):
    """What carries lines: a vendor's link on one side, stdin and stdout on the other. It may break at any byte."""

    async def send(self, data: bytes) -> None:
        """Hand over up to 64 KiB. LinkBroken."""
        ...

    def receive(self) -> AsyncIterator[bytes]:
        """What comes, in pieces of any size; ends with the pipe."""
        ...


@dataclass(frozen=True, slots=True)
class Timing:
    """How long the two ends wait for each other, in seconds.

    A hello is repeated every `hello_s` and given up after `welcome_s`. What was heard is acknowledged after `ack_s`,
    and what is not acknowledged after `nudge_s` is asked about. Who leads pings after `ping_s` without a word; it takes
    the link for broken after `silence_s`, and already after `deaf_s` where something is not acknowledged.
    """

    tick_s: float = 0.25
    hello_s: float = 1.0
    welcome_s: float = 10.0
    ack_s: float = 0.05
    nudge_s: float = 2.0
    ping_s: float = 15.0
    silence_s: float = 45.0
    deaf_s: float = 10.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call gave: JSON and bytes, 1 MiB of each at the most; more goes through a stream."""

    result: JSON = None
    body: bytes = b""
