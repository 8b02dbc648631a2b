"""What a vendor can answer, told apart. Nothing else leaves an adapter, no exception of its SDK or HTTP library."""

from aura_gql.kernel.errors import ProviderUnavailable
from aura_gql.sandboxes.errors import NothingMade, SandboxQuotaExceeded


class VendorKeyRefused(NothingMade):
    """It does not take our key: an alarm for the operator. Trying again changes nothing."""


class VendorFull(SandboxQuotaExceeded):
    """Our account there has as many machines, or as much of something, as it may."""


class VendorBusy(NothingMade):
    """It asks us to come back later; nothing was done. `retry_after_s` is what it asked for, None where it did
    not say.
    """

    def __init__(self, message: str, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class VendorDown(ProviderUnavailable):
    """It answers with an error of its own, or with nonsense, or could not be reached; what was asked may be done."""


class VendorTimedOut(VendorDown):
    """It did not answer in time; what was asked may be done."""


class CreationUnheard(VendorDown):
    """A creation had no answer, and no machine has shown up by now; one may yet."""


class VendorLeftAlone(NothingMade):
    """It has not been well and is not asked before a time; nothing was done."""


class VendorRefused(NothingMade):
    """It takes the request for a wrong one, as for a template that it does not have: a matter of the settings."""


class LinkBroken(Exception):
    """The connection to the agent is gone; the agent itself may well be there. Never leaves this package."""


class AgentGone(Exception):
    """The agent's process has ended, or was never there; the machine may well run. Never leaves this package."""
