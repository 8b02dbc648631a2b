"""What can go wrong with a sandbox."""

from aura_gql.kernel.errors import InvalidInput, InvalidState, NotFound, ProviderUnavailable, QuotaExceeded
from aura_gql.kernel.providers import SandboxProviderName


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


class ProviderFull(SandboxQuotaExceeded):
    """A provider has as many live sandboxes as it may, whoever owns them."""

    def __init__(self, provider: SandboxProviderName, message: str, limit: int) -> None:
        super().__init__(message, details={"limit": limit})
        self.provider = provider


class NothingMade(ProviderUnavailable):
    """The provider can't make a machine now, and it is certain that it has made none."""


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
