"""What can go wrong with a sandbox."""

from aura_gql.kernel.errors import InvalidInput, InvalidState, NotFound, QuotaExceeded


class SandboxNotFound(NotFound):
    """No such sandbox, or not the caller's."""

    subject = "sandboxId"


class SandboxGone(InvalidState):
    """The machine has ended."""

    subject = "sandboxId"


class SandboxNotRunning(InvalidState):
    """It has not started, is stopping or has stopped."""

    subject = "sandboxId"


class SandboxQuotaExceeded(QuotaExceeded):
    """The user or the host has as many live sandboxes as the limit allows."""


class PortNotOpen(InvalidState):
    """Nothing in the sandbox accepts connections on that port."""

    subject = "port"


class CommandNotFound(InvalidInput):
    """There is no such program in the sandbox."""


class FileNotInSandbox(NotFound):
    """There is no such file in the sandbox's project folder."""


class ArchiveRefused(InvalidInput):
    """An archive holds what is not taken from one, or is damaged; nothing of it was unpacked."""


class UnsafePath(InvalidInput):
    """The path leads through a link or to something that is no regular file."""
