"""A sandbox on a vendor's machine: the agent there does what the local provider does on this host."""

import socket
from collections.abc import Callable
from datetime import datetime

from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.errors import ProviderUnavailable
from aura_gql.sandboxes.providers.remote.bundle import Bundle, agent_bundle
from aura_gql.sandboxes.providers.remote.channel import Channel
from aura_gql.sandboxes.providers.remote.dialing import Dialer
from aura_gql.sandboxes.providers.remote.exchange import Exchange
from aura_gql.sandboxes.providers.remote.files import RemoteFiles
from aura_gql.sandboxes.providers.remote.launching import Launcher
from aura_gql.sandboxes.providers.remote.machine import RemoteMachine
from aura_gql.sandboxes.providers.remote.process import RemoteProcess
from aura_gql.sandboxes.providers.remote.terminal import RemoteTerminal
from aura_gql.sandboxes.providers.remote.wire.errors import WireViolation
from aura_gql.sandboxes.providers.remote.wire.figures import read_metrics, read_ports
from aura_gql.sandboxes.values import (
    Command,
    ListeningPort,
    MachineMetrics,
    ResourceLimits,
    TerminalSpec,
)


class RemoteSandbox(RemoteFiles):
    """Satisfies the `Sandbox` port: its files by what it inherits, its life by the machine, the rest by the agent."""

    def __init__(self, machine: RemoteMachine, channel: Channel) -> None:
        self._machine = machine
        self._channel = channel
        self._asking = Exchange(channel)
        self._dialer = Dialer(channel)
        super().__init__(self._asking)

    @property
    def provider_sandbox_id(self) -> str:
        """The vendor's name for the machine."""
        return self._machine.machine_id

    @property
    def limits(self) -> ResourceLimits:
        """As the port says."""
        return self._machine.limits

    async def start_process(self, command: Command) -> RemoteProcess:
        """As the port says."""
        return await RemoteProcess.start(self._channel, command)

    async def open_terminal(self, spec: TerminalSpec) -> RemoteTerminal:
        """As the port says."""
        return await RemoteTerminal.start(self._channel, spec)

    async def ports(self) -> list[ListeningPort]:
        """As the port says."""
        said = await self._asking.ask("ports", {})
        try:
            return read_ports(said)
        except WireViolation as error:
            raise ProviderUnavailable("The sandbox's agent talks nonsense of ports.") from error

    async def connect(self, port: int) -> socket.socket:
        """As the port says."""
        return await self._dialer.dial(port)

    async def metrics(self) -> MachineMetrics:
        """As the port says, but for this: the agent reads them inside, where code can make it lie about itself."""
        said = await self._asking.ask("metrics", {})
        try:
            return read_metrics(said, utcnow())
        except WireViolation as error:
            raise ProviderUnavailable("The sandbox's agent talks nonsense of what is used.") from error

    async def pause(self) -> None:
        """As the port says."""
        await self._machine.pause()

    async def resume(self) -> None:
        """As the port says."""
        await self._machine.resume()

    async def extend(self, until: datetime) -> None:
        """As the port says."""
        await self._machine.extend(until)

    async def stop(self) -> None:
        """As the port says: nothing is left here either."""
        await self._machine.stop()
        await self._channel.close()

    async def wait_gone(self) -> str:
        """As the port says."""
        return await self._machine.wait_gone()


def assemble(machine: RemoteMachine, bundle: Callable[[], Bundle] = agent_bundle) -> RemoteSandbox:
    """The sandbox of a machine that runs; its agent is begun at once, and nobody waits for it."""
    channel = Channel(machine, Launcher(machine, bundle))
    machine.companions.append(channel.close)
    return RemoteSandbox(machine, channel)
