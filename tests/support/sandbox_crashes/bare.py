"""Sandboxes in which nothing runs, on the machines of a vendor on paper."""

from contextlib import AbstractAsyncContextManager
from datetime import datetime
from pathlib import Path
from typing import cast

from aura_gql.kernel.errors import Unsupported
from aura_gql.sandboxes.machine_files.ports import FileWatch
from aura_gql.sandboxes.ports import Sandbox
from aura_gql.sandboxes.providers.remote.machine import RemoteMachine
from aura_gql.sandboxes.providers.remote.provider import RemoteProvider
from aura_gql.sandboxes.values import ResourceLimits
from tests.support.vendors.paper import Moods, PaperVendor
from tests.support.vendors.remote import QUICK


class BareSandbox:
    """What a sandbox without a file needs of its machine to be started, extended, restarted and stopped."""

    def __init__(self, machine: RemoteMachine) -> None:
        self._machine = machine
        self.provider_sandbox_id = machine.machine_id
        self.limits: ResourceLimits = machine.limits

    def watch(self) -> AbstractAsyncContextManager[FileWatch]:
        """There are no files."""
        raise Unsupported("Nothing changes on paper.")

    async def extend(self, until: datetime) -> None:
        """As the port says."""
        await self._machine.extend(until)

    async def stop(self) -> None:
        """As the port says."""
        await self._machine.stop()

    async def wait_gone(self) -> str:
        """As the port says."""
        return await self._machine.wait_gone()


def bare_provider(folder: Path, environment: str, moods: Moods | None = None) -> tuple[RemoteProvider, PaperVendor]:
    """A provider over the vendor whose account is the folder."""
    vendor = PaperVendor(folder, moods)
    return RemoteProvider(vendor, environment, _assemble, limits=QUICK), vendor


def _assemble(machine: RemoteMachine) -> Sandbox:
    return cast(Sandbox, BareSandbox(machine))
