"""The way to the agent of one machine, which is started as soon as there is a machine, and again where it died."""

import asyncio
from typing import Protocol

from aura_gql.kernel.errors import DomainError, ProviderUnavailable
from aura_gql.sandboxes.errors import SandboxGone
from aura_gql.sandboxes.providers.remote.conversation import Conversation
from aura_gql.sandboxes.providers.remote.errors import AgentGone
from aura_gql.sandboxes.providers.remote.launching import Launcher
from aura_gql.sandboxes.providers.remote.wire.peer import Peer


class ChannelMachine(Protocol):
    """What a channel needs to know of its machine."""

    @property
    def is_running(self) -> bool:
        """Whether it can be used."""
        ...

    def require_running(self) -> None:
        """SandboxGone where it can't be used any more."""
        ...

    async def wait_gone(self) -> str:
        """Wait until it has ended; why."""
        ...


class Channel:
    """Whoever comes while the agent starts waits for the same start."""

    def __init__(self, machine: ChannelMachine, launcher: Launcher) -> None:
        """Starts the agent in the background: a failure shows where it is used, and is tried again then."""
        self._machine = machine
        self._launcher = launcher
        self._starting: asyncio.Task[Conversation] | None = None
        self._conversation: Conversation | None = None
        self._closed = False
        self._begin()
        self._watch = asyncio.create_task(self._close_with_machine(), name="close a channel with its machine")

    async def peer(self) -> Peer:
        """The agent, started if need be. ProviderUnavailable, SandboxGone."""
        self._machine.require_running()
        if self._conversation is not None and not self._conversation.is_over:
            return self._conversation.peer
        try:
            self._conversation = await asyncio.shield(self._begin())
        except AgentGone:
            raise ProviderUnavailable("The sandbox's agent did not start.") from None
        self._machine.require_running()
        return self._conversation.peer

    def lost(self) -> DomainError:
        """What to raise where the agent went while it was asked."""
        if self._closed or not self._machine.is_running:
            return SandboxGone("The sandbox has ended.")
        return ProviderUnavailable("The connection to the sandbox was lost; what was asked may have been done.")

    async def drop(self) -> None:
        """Take an agent that does not do what it is asked for dead. The next use starts another, which ends it."""
        if self._conversation is not None:
            await self._conversation.close()

    async def close(self) -> None:
        """Let go; the machine lives on. Safe to repeat."""
        self._closed = True
        if self._watch is not asyncio.current_task():
            self._watch.cancel()
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.wait({self._starting})
            if not self._starting.cancelled() and self._starting.exception() is None:
                self._conversation = self._starting.result()
        if self._conversation is not None:
            await self._conversation.close()

    def _begin(self) -> "asyncio.Task[Conversation]":
        if self._starting is None or (self._starting.done() and _is_over(self._starting)):
            self._starting = asyncio.create_task(self._start(), name="start an agent")
            self._starting.add_done_callback(_is_over)
        return self._starting

    async def _start(self) -> Conversation:
        if self._closed:
            raise SandboxGone("The sandbox has ended.")
        return await self._launcher.start()

    async def _close_with_machine(self) -> None:
        await self._machine.wait_gone()
        await self.close()


def _is_over(starting: "asyncio.Task[Conversation]") -> bool:
    """Whether nobody was found, or has gone since. Takes note of the error, for which nobody may have waited."""
    return starting.cancelled() or starting.exception() is not None or starting.result().is_over
