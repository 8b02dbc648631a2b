"""The one table of the codes with which this server closes a socket."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Self


@dataclass(frozen=True, slots=True)
class CloseFacts:
    """What a client is told of a code, in sentences; `is_retryable` says that connecting again as before may help."""

    meaning: str
    advice: str
    is_retryable: bool = False


class CloseCode(IntEnum):
    """Why a socket was closed. Those from 4000 on are `graphql-transport-ws`'s own."""

    facts: CloseFacts

    def __new__(cls, number: int, facts: CloseFacts) -> Self:
        """A code that is equal to its number."""
        code = int.__new__(cls, number)
        code._value_ = number
        code.facts = facts
        return code

    TOO_LONG = (1009, CloseFacts("A message is longer than the server takes.", "Send less at once; mend the client."))
    RESTARTING = (1012, CloseFacts("The server is being restarted.", "Connect again after a short random pause.", True))
    TRY_LATER = (
        1013,
        CloseFacts(
            "The server can't take the connection now, for its database does not answer or too many are open; or the "
            "client took nothing of what was sent to it, or answered no ping, for too long. The reason says which.",
            "Connect again with growing random pauses.",
            True,
        ),
    )
    MALFORMED = (
        4400,
        CloseFacts("A message is none that the protocol knows; the reason says why.", "Mend the client."),
    )
    UNAUTHORIZED = (
        4401,
        CloseFacts(
            "A message came before `connection_init` was acknowledged, or the session expired or was signed out.",
            "Have the user sign in, then connect again with the new session.",
        ),
    )
    WRONG_BEARER = (
        4403,
        CloseFacts(
            "The bearer in `connection_init` is not that of a live session.",
            "Have the user sign in; do not connect again with this bearer.",
        ),
    )
    WRONG_PROTOCOL = (
        4406,
        CloseFacts("The socket was not opened for `graphql-transport-ws`.", "Ask for that subprotocol."),
    )
    INIT_TIMEOUT = (
        4408,
        CloseFacts("No `connection_init` came in time.", "Send it as soon as the socket is open.", True),
    )
    DUPLICATE_ID = (
        4409,
        CloseFacts("An operation with this id runs already.", "Give each operation an id of its own; mend the client."),
    )
    TOO_MANY_INITS = (4429, CloseFacts("`connection_init` came twice.", "Send it once; mend the client."))
    INTERNAL = (
        4500,
        CloseFacts(
            "Something went wrong on our side while signing in.", "Connect again with growing random pauses.", True
        ),
    )
