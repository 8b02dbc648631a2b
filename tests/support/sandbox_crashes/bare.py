"""Sandboxes in which nothing runs, on the machines of vendors."""

from contextlib import AbstractAsyncContextManager
from datetime import datetime
from pathlib import Path
from typing import cast

from aura_gql.kernel.errors import Unsupported
from aura_gql.sandboxes.machine_files.ports import FileWatch
from aura_gql.sandboxes.ports import Sandbox
from aura_gql.sandboxes.providers.daytona.sdk import DaytonaClient
from aura_gql.sandboxes.providers.daytona.vendor import DaytonaVendor
from aura_gql.sandboxes.providers.e2b.sdk import E2BClient
from aura_gql.sandboxes.providers.e2b.vendor import E2BVendor
from aura_gql.sandboxes.providers.remote.machine import RemoteMachine
from aura_gql.sandboxes.providers.remote.ports import Vendor
from aura_gql.sandboxes.providers.remote.provider import RemoteProvider
from aura_gql.sandboxes.values import FileInfo, ResourceLimits
from tests.support.vendors.daytona.state import API_KEY as DAYTONA_KEY
from tests.support.vendors.e2b.state import API_KEY as E2B_KEY
from tests.support.vendors.paper import PaperVendor
from tests.support.vendors.remote import ENVIRONMENT, QUICK


class BareSandbox:
    """What a sandbox without a file needs of its machine to be started, extended, restarted and stopped."""

    def __init__(self, machine: RemoteMachine) -> None:
        self._machine = machine
        self.provider_sandbox_id = machine.machine_id
        self.limits: ResourceLimits = machine.limits

    def watch(self) -> AbstractAsyncContextManager[FileWatch]:
        """There are no files."""
        raise Unsupported("Nothing changes in it.")

    async def list_files(self, path: str, limit: int, *, recursive: bool = False) -> list[FileInfo]:
        """As the port says, of a folder without files."""
        self._machine.require_running()
        return []

    async def extend(self, until: datetime) -> None:
        """As the port says."""
        await self._machine.extend(until)

    async def stop(self) -> None:
        """As the port says."""
        await self._machine.stop()

    async def wait_gone(self) -> str:
        """As the port says."""
        return await self._machine.wait_gone()


def vendor_at(address: str) -> Vendor:
    """The client of a vendor: E2B and Daytona on loopback by their addresses behind a word, else one on paper."""
    kind, _, url = address.partition(" ")
    if kind == "e2b":
        return E2BVendor(E2BClient(E2B_KEY, api_url=url, sandbox_url=url))
    if kind == "daytona":
        return DaytonaVendor(DaytonaClient(DAYTONA_KEY, url))
    return cast(Vendor, PaperVendor(Path(address)))


def bare_provider(vendor: Vendor) -> RemoteProvider:
    """A provider over the vendor."""
    return RemoteProvider(vendor, ENVIRONMENT, _assemble, limits=QUICK)


def _assemble(machine: RemoteMachine) -> Sandbox:
    return cast(Sandbox, BareSandbox(machine))
