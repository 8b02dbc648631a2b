"""The proxy of one sandbox: a socket that listens inside, served by the host."""

import asyncio
import errno
import socket
from functools import partial

import structlog

from aura_gql.kernel.errors import ProviderUnavailable
from aura_gql.sandboxes.egress import EgressPolicy
from aura_gql.sandboxes.providers.local.egress.environment import egress_environment
from aura_gql.sandboxes.providers.local.egress.errand import EgressTimes, Errand
from aura_gql.sandboxes.providers.local.egress.gate import EgressGate
from aura_gql.sandboxes.providers.local.egress.resolver import Resolver
from aura_gql.sandboxes.providers.local.egress.stream import Stream
from aura_gql.sandboxes.providers.local.egress.usage import EgressUsage
from aura_gql.sandboxes.providers.local.listening import EGRESS_PORT
from aura_gql.sandboxes.providers.local.machine import Machine
from aura_gql.sandboxes.providers.local.readiness import readable
from aura_gql.sandboxes.tally import EgressTally

# More wait in the kernel, within the backlog of the socket.
MAX_CONNECTIONS = 32
# Nobody reads more about one sandbox, and code inside could write the log full.
MAX_LOG_LINES = 500
ACCEPT_PAUSE_S = 0.5

_log = structlog.get_logger(__name__)


class EgressProxy:
    """Serves what connects to the egress port of one sandbox, from `open` until `close`."""

    def __init__(
        self,
        name: str,
        listener: socket.socket,
        policy: EgressPolicy,
        resolver: Resolver,
        tally: EgressTally,
        times: EgressTimes,
    ) -> None:
        """`name` is the sandbox's, for the log. Takes the socket over."""
        self._name = name
        self._listener = listener
        self._tally = tally
        self._times = times
        self._gate = EgressGate(policy, resolver)
        self._free = asyncio.Semaphore(MAX_CONNECTIONS)
        self._errands: set[asyncio.Task[None]] = set()
        self._log_lines = 0
        self.usage = EgressUsage(policy.max_bytes)
        self.environment = egress_environment(policy)
        self._accepting = asyncio.create_task(self._accept(), name=f"egress of sandbox {name}")

    @classmethod
    async def open(
        cls,
        name: str,
        machine: Machine,
        policy: EgressPolicy,
        resolver: Resolver,
        tally: EgressTally,
        times: EgressTimes,
    ) -> "EgressProxy":
        """Listen inside a machine in which nothing has run. Raises ProviderUnavailable, SandboxGone."""
        listener = await machine.listen(EGRESS_PORT)
        if isinstance(listener, int):
            raise ProviderUnavailable(f"The sandbox's way out could not be made: {errno.errorcode.get(listener)}.")
        return cls(name, listener, policy, resolver, tally, times)

    async def close(self) -> None:
        """End every connection and the listening. Safe to repeat."""
        for task in [self._accepting, *self._errands]:
            task.cancel()
        await asyncio.wait([self._accepting, *self._errands])
        self._listener.close()

    async def _accept(self) -> None:
        while True:
            await self._free.acquire()
            # Not the loop's own accept: a cancellation at the wrong moment would lose what it had accepted.
            await readable(self._listener.fileno())
            try:
                connection, _ = self._listener.accept()
            except OSError as error:
                self._free.release()
                if error.errno not in (errno.ECONNABORTED, errno.EAGAIN):  # Most likely we are out of files.
                    await asyncio.sleep(ACCEPT_PAUSE_S)
                continue
            connection.setblocking(False)
            errand = asyncio.create_task(self._serve(connection), name=f"egress connection of sandbox {self._name}")
            self._errands.add(errand)
            errand.add_done_callback(partial(self._finish, connection))

    async def _serve(self, connection: socket.socket) -> None:
        errand = Errand(self._gate, self.usage, self._times)
        try:
            client = await Stream.of(connection)
            try:
                await errand.run(client)
                await client.finish()
            finally:
                client.writer.transport.abort()
        except OSError:
            pass  # One side has gone, and so the other goes.
        finally:
            self._note(errand)

    def _finish(self, connection: socket.socket, errand: "asyncio.Task[None]") -> None:
        connection.close()  # Where the task was cancelled before it began, nobody else does.
        self._errands.discard(errand)
        self._free.release()
        if not errand.cancelled() and (trouble := errand.exception()) is not None:
            _log.error("sandbox.egress_failed", sandbox_id=self._name, exc_info=trouble)

    def _note(self, errand: Errand) -> None:
        """Count it and log it: where to and how much, never what."""
        request, refusal, traffic = errand.request, errand.refusal, errand.traffic
        self._tally.note(None if refusal is None else refusal.status, traffic.sent, traffic.received)
        self._log_lines += 1
        if self._log_lines > MAX_LOG_LINES or (request is None and refusal is None):
            return
        _log.info(
            "sandbox.egress",
            sandbox_id=self._name,
            host=request and request.host,
            port=request and request.port,
            refused=refusal and refusal.status.value,
            sent=traffic.sent,
            received=traffic.received,
            last_line=self._log_lines == MAX_LOG_LINES,
        )
