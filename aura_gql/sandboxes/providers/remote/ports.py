"""What an adapter over a vendor's SDK does. All else, the same for every vendor, stands on it in this package.

In each machine our agent runs: one process that starts commands, looks after the files and reports, the way the local
provider does on this host. The adapter brings it there, starts it, and carries bytes to and from it.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Protocol

from aura_gql.sandboxes.providers.remote.values import MachineWish, VendorMachine
from aura_gql.sandboxes.values import Capabilities


class Link(Protocol):
    """A connection to the stdin and the stdout of an agent. It may break at any byte, in either direction, and bytes on
    their way are lost then; until then they arrive in order. Other bytes may come first, such as a shell's prompt.
    """

    @property
    def token(self) -> str:
        """What `Vendor.relink` takes to come back to the same agent."""
        ...

    async def send(self, data: bytes) -> None:
        """Hand over up to 64 KiB; ASCII without control characters but `\\n`. One call at a time. LinkBroken."""
        ...

    def receive(self) -> AsyncIterator[bytes]:
        """What the agent wrote, in pieces of any size; ends when the connection does. One reader. Not reading holds the
        agent back where the vendor can do that; at most 4 MiB are kept for a reader else, and the link breaks then.
        """
        ...

    async def close(self) -> None:
        """Let go of the connection; the agent lives on. Safe to repeat. Never raises."""
        ...


class Vendor(Protocol):
    """A vendor's account, for one environment. Calls end within 30 seconds, and none tries again by itself unless the
    vendor's idempotency makes that harmless. Errors are those of `remote.errors`, and SandboxGone where the vendor does
    not know the machine, or it has ended. A caller that is cancelled leaves it open whether the call was heard.
    """

    @property
    def name(self) -> str:
        """E2B or DAYTONA."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """What the provider can do by this adapter and the agent together."""
        ...

    @property
    def is_idempotent(self) -> bool:
        """Whether `create` with the same sandbox id and attempt gives the same machine, whichever process asks."""
        ...

    @property
    def home(self) -> str:
        """The absolute path of a folder of the sandbox's user in which the agent and the project folder are made."""
        ...

    async def create(self, wish: MachineWish) -> VendorMachine:
        """Make a machine and return once it runs. With the vendor's idempotency where there is one; else an answer that
        was lost (VendorDown) may have made one, which `list` tells by its label.
        """
        ...

    async def get(self, machine_id: str) -> VendorMachine:
        """One machine; SandboxGone. Safe to repeat."""
        ...

    async def list(self, environment: str) -> Sequence[VendorMachine]:
        """Every machine with that label, in any state but ENDED, over all pages. Safe to repeat."""
        ...

    async def destroy(self, machine_id: str) -> None:
        """End it and remove its disk; returns once the vendor has taken the order. Safe to repeat, and where there is
        none.
        """
        ...

    async def extend(self, machine_id: str, until: datetime) -> datetime | None:
        """Move the vendor's own clock to `until` at least, as far as the vendor allows: where it stands then, None for
        no clock. Safe to repeat.
        """
        ...

    async def pause(self, machine_id: str) -> None:
        """Stop the clock of its CPUs, keep memory and disk. Safe to repeat. Unsupported where the vendor can't."""
        ...

    async def resume(self, machine_id: str, until: datetime) -> None:
        """Go on behind a pause; processes stand where they stood. Safe to repeat, also where it runs. Unsupported."""
        ...

    async def upload(self, machine_id: str, path: str, data: bytes) -> None:
        """Write a file at an absolute path, making folders. Safe to repeat."""
        ...

    async def launch(self, machine_id: str, command: str) -> Link:
        """Start a command line of `sh` with a link to its stdin and stdout; no shell reads either besides. It runs as
        the user whose home is `home`, until it ends by itself: no clock of the vendor's ends it, nor a broken link.
        """
        ...

    async def relink(self, machine_id: str, token: str) -> Link:
        """Another link to what `launch` started. AgentGone where that has ended."""
        ...

    async def signed_url(self, machine_id: str, port: int, expires_s: int) -> str | None:
        """An address of the vendor's that leads to a port of the machine and carries its own permission; None where the
        vendor has none. Safe to repeat.
        """
        ...

    async def ping(self) -> None:
        """The cheapest call that needs the key. Safe to repeat."""
        ...

    async def close(self) -> None:
        """Let go of connections; machines live on. Safe to repeat."""
        ...
