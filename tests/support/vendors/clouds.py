"""A vendor on loopback, told alike for all: what goes wrong there, and what it holds that is nobody's business."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from tests.support.vendors.daytona import state as daytona
from tests.support.vendors.daytona.cloud import LoopbackDaytona
from tests.support.vendors.e2b import state as e2b
from tests.support.vendors.e2b.cloud import LoopbackE2B
from tests.support.vendors.faults import WEBSOCKET, Faults
from tests.support.vendors.serving import VendorServer

ASKED = r"(?!/api/socket\.io/).*"
"""The paths of all that is asked. What Daytona tells of its own accord is left out: the SDK takes that up again by
itself, and does not stop doing so when it is closed meanwhile.
"""


@dataclass(frozen=True)
class Cloud:
    """`stream` is the method and the path of the requests on which the agents' words come, the first of an agent
    excepted; `end_machines` has the vendor end all by itself; `skew` moves its clock by so many seconds;
    `secrets` are the key and what else opens its machines; `kill_agents` ends what the server talks to in them.
    """

    faults: Faults
    server: VendorServer
    stream: tuple[str, str]
    end_machines: Callable[[], Awaitable[None]]
    skew: Callable[[float], None]
    secrets: Callable[[], Sequence[str]]
    kill_agents: Callable[[], Awaitable[None]]

    def cut(self) -> int:
        """Reset every connection with a request under way; how many there were."""
        return self.server.cut(ASKED)


def of_e2b(cloud: LoopbackE2B) -> Cloud:
    """E2B's."""
    state = cloud.state

    async def end_machines() -> None:
        for machine in list(state.machines.values()):
            await state.destroy(machine)

    def skew(seconds: float) -> None:
        state.skew_s = seconds

    def secrets() -> Sequence[str]:
        tokens = [token for each in state.machines.values() for token in (each.access_token, each.traffic_token)]
        return [e2b.API_KEY, *tokens]

    async def kill_agents() -> None:
        for machine in state.machines.values():
            for pid in list(machine.commands):
                await machine.guest.signal(pid, 9)

    stream = ("POST", "/process.Process/Connect")
    return Cloud(cloud.faults, cloud.server, stream, end_machines, skew, secrets, kill_agents)


def of_daytona(cloud: LoopbackDaytona) -> Cloud:
    """Daytona's."""
    state = cloud.state

    async def end_machines() -> None:
        for machine in state.machines.values():
            state.destroy(machine)

    def skew(seconds: float) -> None:
        state.clock.skew_s = seconds

    def secrets() -> Sequence[str]:
        return [daytona.API_KEY, *(each.preview_token for each in state.machines.values())]

    async def kill_agents() -> None:
        for machine in state.machines.values():
            for pty in list(machine.ptys.values()):
                await machine.running.signal(pty.process.pid, 9)

    stream = (WEBSOCKET, r"/toolbox/[^/]+/process/pty/[^/]+/connect")
    return Cloud(cloud.faults, cloud.server, stream, end_machines, skew, secrets, kill_agents)
