"""Bringing an agent into a machine of Daytona's, and links to it."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final, TypeVar

from aura_gql.sandboxes.providers.daytona.link import Opening, TerminalLink
from aura_gql.sandboxes.providers.daytona.machines import state_of
from aura_gql.sandboxes.providers.daytona.sandboxes import DaytonaSandboxes
from aura_gql.sandboxes.providers.remote.errors import AgentGone, LinkBroken, VendorBusy, VendorDown
from aura_gql.sandboxes.providers.remote.values import MachineState

# The toolbox, and the proxy before it, say with any of these that there is no running machine.
_MAY_BE_GONE: Final = (400, 404, 410, 502)
_NOT_THERE: Final = (404, 410)

ResultT = TypeVar("ResultT")


class DaytonaAgents:
    """What goes through the toolbox in each machine. Raises what the SDK raises, and errors of the port."""

    def __init__(self, sandboxes: DaytonaSandboxes) -> None:
        self._sandboxes = sandboxes

    async def upload(self, machine_id: str, path: str, data: bytes) -> None:
        """As the port says."""
        await self._inside(machine_id, lambda sandbox: sandbox.fs.upload_file(data, path))

    async def launch(self, machine_id: str, command: str, folder: str) -> TerminalLink:
        """As the port says: on a terminal of its own, which is let go of where that fails."""
        link, opening = TerminalLink(f"aura-{secrets.token_hex(8)}"), Opening(command)

        async def begun(sandbox: Any) -> None:
            process = sandbox.process
            try:
                link.attach(await process.create_pty_session(link.token, link.heard, cwd=folder))
                await link.begin(opening)
            except BaseException:
                await asyncio.shield(_abandon(process, link))
                raise

        try:
            await self._inside(machine_id, begun)
        except LinkBroken as error:
            raise VendorDown("Daytona's terminal did not run what it was told.") from error
        return link

    async def relink(self, machine_id: str, token: str) -> TerminalLink:
        """As the port says."""
        link = TerminalLink(token)

        async def connected(sandbox: Any) -> Any:
            try:
                return await sandbox.process.connect_pty_session(token, link.heard)
            except Exception as error:
                if await _has_ended(sandbox, token, error):
                    raise AgentGone("The agent's terminal has ended.") from error
                raise

        link.attach(await self._inside(machine_id, connected))
        return link

    async def _inside(self, machine_id: str, act: Callable[[Any], Awaitable[ResultT]]) -> ResultT:
        """What happens in a machine. SandboxGone where it fails because that has ended."""
        sandbox = await self._sandboxes.known(machine_id)
        try:
            return await act(sandbox)
        except Exception as error:
            self._sandboxes.forget(machine_id)
            status = getattr(error, "status_code", None)
            if isinstance(error, AgentGone) or status in _MAY_BE_GONE:
                await self._check_running(machine_id)
            if status in _NOT_THERE:
                raise VendorDown("Daytona does not find a machine that runs.") from error
            raise

    async def _check_running(self, machine_id: str) -> None:
        """SandboxGone where it has ended, VendorBusy where it is paused."""
        found = await self._sandboxes.fresh(machine_id)
        if state_of(found.state) is MachineState.PAUSED:
            raise VendorBusy("The machine is paused.")


async def _has_ended(sandbox: Any, token: str, error: Exception) -> bool:
    """Whether a terminal that can't be reached is no more."""
    if getattr(error, "status_code", None) in _NOT_THERE:
        return True
    try:
        return not (await sandbox.process.get_pty_session_info(token)).active
    except Exception as told:
        return getattr(told, "status_code", None) in _NOT_THERE


async def _abandon(process: Any, link: TerminalLink) -> None:
    """Leave no terminal behind on which nothing runs that anybody knows of."""
    await link.close()
    with suppress(Exception):
        await process.kill_pty_session(link.token, request_timeout=2)
