"""What can go wrong with a terminal."""

from aura_gql.kernel.errors import InvalidState, NotFound, QuotaExceeded


class TerminalNotFound(NotFound):
    """No such terminal, or not the caller's."""

    subject = "terminalId"


class TerminalEnded(InvalidState):
    """It has been closed, or its shell or its sandbox has ended."""

    subject = "terminalId"


class TerminalElsewhere(InvalidState):
    """Another server process holds the machine that it is open on."""

    subject = "terminalId"


class TerminalBusy(InvalidState):
    """Nothing in it reads what was typed, and no more can wait."""

    subject = "terminalId"


class TooManyTerminals(QuotaExceeded):
    """The sandbox or the user has as many open terminals as the limit allows."""
