"""What the server asks of the machine around the commands: what listens, connections to it, and what is used."""

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path

from aura_gql.sandboxes.providers.local.dialing import dial
from aura_gql.sandboxes.providers.local.disk import measure
from aura_gql.sandboxes.providers.local.figures import MachineGauge
from aura_gql.sandboxes.providers.local.listening import listening_ports
from aura_gql.sandboxes.providers.local.supervised import Supervised
from aura_gql.sandboxes.providers.remote.wire.bridging import bridge
from aura_gql.sandboxes.providers.remote.wire.figures import metrics_json, ports_json
from aura_gql.sandboxes.providers.remote.wire.peer import Call, Handler
from aura_gql.sandboxes.providers.remote.wire.values import Answer
from aura_gql.sandboxes.values import ListeningPort

# Walking more than so many entries for a figure takes too long.
MAX_FILES = 200_000


class Surroundings:
    """Of one machine."""

    def __init__(self, machine: Supervised, project: Path) -> None:
        """To be made before anything was started: what listens now is the vendor's."""
        self._machine = machine
        self._bridges: set[asyncio.Task[None]] = set()
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        self._gauge = MachineGauge(machine.pid, None, memory, lambda: measure(project, MAX_FILES))
        self._vendors = frozenset(each.port for each in listening_ports(machine.pid))

    @property
    def handlers(self) -> Mapping[str, Handler]:
        """What the server may ask for."""
        return {"ports": self.ports, "connect": self.connect, "metrics": self.metrics}

    async def ports(self, _: Call) -> Answer:
        """What listens, but for the vendor's own."""
        found = await asyncio.to_thread(listening_ports, self._machine.pid)
        return Answer(ports_json([each for each in found if self._is_codes(each)]))

    async def connect(self, call: Call) -> Answer:
        """Connect its stream to `port`; answered once that is done, the stream goes on."""
        connection = await dial(self._machine, int(str(call.arguments["port"])))
        task = asyncio.create_task(bridge(call.streams[0], connection), name="bridge")
        self._bridges.add(task)
        task.add_done_callback(self._bridges.discard)
        return Answer()

    async def metrics(self, _: Call) -> Answer:
        """What the commands use now."""
        return Answer(metrics_json(await asyncio.to_thread(self._gauge.read)))

    def _is_codes(self, found: ListeningPort) -> bool:
        """Whose owner can be seen is one of our commands; of others, as of those run by another user, time tells."""
        return found.pid is not None or found.port not in self._vendors
