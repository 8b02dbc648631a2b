"""What a program does with a vendor's SDK and nothing else, told to do what our provider does."""

from collections.abc import Mapping
from typing import Any

from daytona import CreateSandboxFromSnapshotParams, FileUpload

from aura_gql.sandboxes.providers.daytona.sdk import DaytonaClient
from aura_gql.sandboxes.providers.e2b.sdk import E2BClient

_LIFE_S = 600


class BareE2B:
    """Sandboxes by the SDK's own calls."""

    name = "the E2B SDK alone"

    def __init__(self, client: E2BClient) -> None:
        self._client = client

    async def create(self) -> Any:
        """One that runs."""
        kind = await self._client.open()
        return await kind.create(timeout=_LIFE_S, **self._client.options)

    async def remove(self, sandbox: Any) -> None:
        """End it."""
        await sandbox.kill()

    async def execute(self, sandbox: Any, command: str) -> int:
        """Run a command of the shell; how many characters it printed."""
        return len((await sandbox.commands.run(command, timeout=0)).stdout)

    async def write(self, sandbox: Any, files: Mapping[str, bytes]) -> None:
        """Write files, by their paths below the home folder."""
        entries = [{"path": f"bare/{path}", "data": data} for path, data in files.items()]
        await sandbox.files.write_files(entries, use_octet_stream=True)


class BareDaytona:
    """The same at Daytona."""

    name = "the Daytona SDK alone"

    def __init__(self, client: DaytonaClient) -> None:
        self._client = client

    async def create(self) -> Any:
        """One that runs."""
        client = await self._client.open()
        return await client.create(CreateSandboxFromSnapshotParams(ttl_minutes=_LIFE_S // 60), timeout=0)

    async def remove(self, sandbox: Any) -> None:
        """End it."""
        await sandbox.delete()

    async def execute(self, sandbox: Any, command: str) -> int:
        """Run a command of the shell; how many characters it printed."""
        return len((await sandbox.process.exec(command)).result)

    async def write(self, sandbox: Any, files: Mapping[str, bytes]) -> None:
        """Write files, by their paths below the home folder."""
        await sandbox.fs.upload_files([FileUpload(data, f"bare/{path}") for path, data in files.items()])
