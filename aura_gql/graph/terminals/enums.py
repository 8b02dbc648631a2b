"""The terminals room's enums, described for the schema."""

from aura_gql.graph.enums import publish_enum
from aura_gql.terminals.records import TerminalEnding, TerminalStatus

__all__ = ["TerminalEnding", "TerminalStatus"]

publish_enum(
    TerminalStatus,
    "Whether a terminal can be typed into.",
    {
        TerminalStatus.OPEN: "Its program runs.",
        TerminalStatus.CLOSED: "It has ended; `ending` and `reason` say how.",
    },
)
publish_enum(
    TerminalEnding,
    "What closed a terminal.",
    {
        TerminalEnding.EXITED: "Its program ended by itself: `exitCode` or `signal` say how.",
        TerminalEnding.CLOSED: "Somebody closed it, or deleted its project, or the server shut down.",
        TerminalEnding.SANDBOX_ENDED: "Its sandbox was stopped, restarted or ended by itself.",
        TerminalEnding.LOST: "Its server or its machine went away; how its program ended is not known.",
    },
)
