"""The conversation with one agent, over one link after another for as long as the agent lives."""

import asyncio
import random
import secrets
from collections import deque
from typing import Protocol

import structlog

from aura_gql.kernel.errors import DomainError
from aura_gql.sandboxes.errors import SandboxGone
from aura_gql.sandboxes.providers.remote.errors import AgentGone, LinkBroken
from aura_gql.sandboxes.providers.remote.ports import Link
from aura_gql.sandboxes.providers.remote.wire.errors import WireViolation
from aura_gql.sandboxes.providers.remote.wire.peer import Peer
from aura_gql.sandboxes.providers.remote.wire.session import Session
from aura_gql.sandboxes.providers.remote.wire.values import Timing

# Behind a link that broke: at once, then in jittered pauses, for as long as the machine may be out of reach.
PAUSES_S = (0.0, 0.1, 0.3, 1.0, 2.0, 5.0)
GIVE_UP_S = 300.0
NOISE_LINES, NOISE_BYTES = 8, 300
NAME_BYTES = 8

_log = structlog.get_logger(__name__)


class MachineLinks(Protocol):
    """What a conversation needs of its machine. Errors are SandboxGone, AgentGone, ProviderUnavailable."""

    async def relink(self, token: str) -> Link:
        """Another link to what was launched."""
        ...

    async def awake(self) -> None:
        """Wait while it is paused."""
        ...

    def suspect(self) -> None:
        """It may have gone: its vendor is to be asked."""
        ...


class Conversation:
    """With the agent at the other end of `link`. It ends where the agent or the machine has gone, the agent lies, or it
    is out of reach for five minutes: then every call and stream of `peer` ends with PeerGone.
    """

    def __init__(self, machine: MachineLinks, link: Link, timing: Timing | None = None) -> None:
        """Takes the link over."""
        self._machine = machine
        self._link = link
        self._session = Session(secrets.token_hex(NAME_BYTES), leads=True, timing=timing)
        self.peer = Peer(self._session)
        self.noise: deque[bytes] = deque(maxlen=NOISE_LINES)
        """What came on the first link that was none of the agent's words: the last few lines."""
        self._running: asyncio.Task[None] | None = None
        self._give_up_s = GIVE_UP_S
        self._greetings = self._attempts = 0
        self._until = 0.0

    @property
    def is_over(self) -> bool:
        """Whether there is nobody to talk to any more."""
        return self.peer.gone

    async def begin(self) -> bool:
        """Greet; whether an agent answered. The conversation goes on then."""
        self._running = asyncio.create_task(self._run(), name="talk to an agent")
        greeted = asyncio.create_task(self._session.greeted.wait())
        try:
            await asyncio.wait({greeted, self._running}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            greeted.cancel()
        return self._session.greeted.is_set()

    async def close(self) -> None:
        """End it here; the agent ends by itself, as nobody talks to it. Safe to repeat."""
        self.peer.close()
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait({self._running})
        await self._link.close()

    async def _run(self) -> None:
        try:
            await self._session.run(self._link, self._note)
            while self._session.greetings and await self._link_again():
                await self._session.run(self._link)
        except WireViolation as error:
            _log.warning("provider.agent_lies", reason=str(error))
        finally:
            self.peer.close("The sandbox's agent has gone.")
            await self._link.close()

    async def _link_again(self) -> bool:
        """Take the agent up again; False where that is impossible, or nobody has greeted for too long."""
        loop = asyncio.get_running_loop()
        if self._greetings < self._session.greetings:
            self._greetings, self._attempts, self._until = self._session.greetings, 0, loop.time() + self._give_up_s
        while loop.time() < self._until:
            await self._link.close()
            self._machine.suspect()
            await asyncio.sleep(PAUSES_S[min(self._attempts, len(PAUSES_S) - 1)] * random.uniform(0.5, 1.0))  # noqa: S311 - jitter
            before = loop.time()
            await self._machine.awake()
            self._until += loop.time() - before
            self._attempts += 1
            try:
                self._link = await self._machine.relink(self._link.token)
            except (AgentGone, SandboxGone):
                return False
            except (DomainError, LinkBroken):
                continue
            # The vendor's SDK may have swallowed the cancellation of one who is closed meanwhile.
            return not self.is_over
        return False

    def _note(self, line: bytes) -> None:
        self.noise.append(line[:NOISE_BYTES])
