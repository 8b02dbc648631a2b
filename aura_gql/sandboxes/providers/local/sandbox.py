"""A local sandbox: a machine, the project folder that it sees, and what runs in it."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.errors import ProviderUnavailable, Unsupported
from aura_gql.sandboxes.checks import require_window
from aura_gql.sandboxes.errors import SandboxGone
from aura_gql.sandboxes.machine_files.tar_reader import ArchiveLimits
from aura_gql.sandboxes.providers.local.archives import export_archive, import_archive
from aura_gql.sandboxes.providers.local.bwrap import BASE_ENVIRONMENT, PROJECT_FOLDER
from aura_gql.sandboxes.providers.local.dialing import dial
from aura_gql.sandboxes.providers.local.disk import remove_tree
from aura_gql.sandboxes.providers.local.egress.proxy import EgressProxy
from aura_gql.sandboxes.providers.local.figures import MachineGauge
from aura_gql.sandboxes.providers.local.file_watch import LocalFileWatch
from aura_gql.sandboxes.providers.local.kept import KeptCommand
from aura_gql.sandboxes.providers.local.limits import LocalLimits
from aura_gql.sandboxes.providers.local.listening import listening_ports
from aura_gql.sandboxes.providers.local.machine import Machine
from aura_gql.sandboxes.providers.local.orders import order_of
from aura_gql.sandboxes.providers.local.process import LocalProcess
from aura_gql.sandboxes.providers.local.project_folder import ProjectFolder
from aura_gql.sandboxes.providers.local.terminal import LocalTerminal
from aura_gql.sandboxes.providers.local.watchdog import Watchdog
from aura_gql.sandboxes.values import (
    Command,
    EndReason,
    FileInfo,
    ListeningPort,
    MachineMetrics,
    ResourceLimits,
    SandboxFile,
    TerminalSpec,
)

PROJECT = "project"
KeptT = TypeVar("KeptT", bound=KeptCommand)


class LocalSandbox:
    """Satisfies the `Sandbox` port. `on_stopped` is called once, when nothing of it is left."""

    def __init__(
        self,
        sandbox_id: str,
        folder: Path,
        owner: int | None,
        machine: Machine,
        limits: LocalLimits,
        *,
        controllers: Collection[str],
        egress: EgressProxy | None = None,
        on_stopped: Callable[[], None],
    ) -> None:
        """`folder` holds the project folder; `owner` is the sandbox's own uid where it has one; `controllers` are those
        of the machine's groups; `egress` is its way out.
        """
        self._id = sandbox_id
        self._folder = folder
        self._owner = owner
        self._machine = machine
        self._limits = limits
        self._enforced = limits.as_enforced(controllers)
        self._on_stopped = on_stopped
        self._egress = egress
        self._environment = BASE_ENVIRONMENT if egress is None else {**BASE_ENVIRONMENT, **egress.environment}
        self._files = ProjectFolder(folder / PROJECT, owner)
        self._commands: set[KeptCommand] = set()
        self._stopping: asyncio.Task[None] | None = None
        watchdog = Watchdog(
            machine.pid,
            folder / PROJECT,
            limits,
            watch_memory="memory" not in controllers,
            on_excess=self._end_everything,
            on_hopeless=self._give_up,
        )
        self._gauge = MachineGauge(machine.pid, machine.cgroup, limits.memory_bytes, watchdog.usage)
        self.created_at = utcnow()
        self._watchdog = asyncio.create_task(watchdog.run())
        machine.gone.add_done_callback(lambda _: self._watchdog.cancel())

    @property
    def provider_sandbox_id(self) -> str:
        """Ours: this host has no names of its own."""
        return self._id

    @property
    def limits(self) -> ResourceLimits:
        """As the port says."""
        return self._enforced

    @property
    def host_pid(self) -> int:
        """PID 1's pid on the host; while the sandbox runs, everything in it descends from this process."""
        return self._machine.pid

    @property
    def running(self) -> bool:
        """Whether commands can be started."""
        return self._stopping is None and not self._machine.gone.done()

    async def start_process(self, command: Command) -> LocalProcess:
        """As the port says."""
        self._require_running()
        env = {**self._environment, **command.env}
        order = order_of(command.argv, PROJECT_FOLDER, command.cwd, env, self._limits.rlimits())
        return self._kept(await LocalProcess.start(self._machine, order, self._owner))

    async def open_terminal(self, spec: TerminalSpec) -> LocalTerminal:
        """As the port says."""
        self._require_running()
        require_window(spec.columns, spec.rows)
        env, window = {**self._environment, **spec.env}, (spec.columns, spec.rows)
        order = order_of(spec.argv, PROJECT_FOLDER, spec.cwd, env, self._limits.rlimits(), window)
        return self._kept(await LocalTerminal.start(self._machine, order))

    async def write_files(self, files: Iterable[SandboxFile]) -> None:
        """As the port says."""
        self._require_running()
        wanted = list(files)
        await asyncio.to_thread(self._files.write_all, wanted)

    async def remove_files(self, paths: Iterable[str]) -> None:
        """As the port says."""
        self._require_running()
        wanted = list(paths)
        await asyncio.to_thread(self._files.remove_all, wanted)

    async def read_file(self, path: str, max_bytes: int) -> bytes:
        """As the port says."""
        self._require_running()
        return await asyncio.to_thread(self._files.read, path, max_bytes)

    def watch(self) -> LocalFileWatch:
        """As the port says."""
        self._require_running()
        return LocalFileWatch(self._files, self._machine.gone)

    async def list_files(self, path: str, limit: int, *, recursive: bool = False) -> list[FileInfo]:
        """As the port says."""
        self._require_running()
        return await asyncio.to_thread(self._files.list_files, path, limit, recursive=recursive)

    async def stat(self, path: str) -> FileInfo:
        """As the port says."""
        self._require_running()
        return await asyncio.to_thread(self._files.stat, path)

    async def move_file(self, source: str, target: str) -> None:
        """As the port says."""
        self._require_running()
        await asyncio.to_thread(self._files.move, source, target)

    async def import_tar(self, stream: AsyncIterator[bytes], into: str = ".") -> None:
        """As the port says."""
        self._require_running()
        await import_archive(self._files, stream, into, ArchiveLimits())

    def export_tar(self, path: str = ".") -> AsyncIterator[bytes]:
        """As the port says."""
        self._require_running()
        return export_archive(self._files, path)

    async def remove_tree(self, path: str) -> None:
        """As the port says."""
        self._require_running()
        await asyncio.to_thread(self._files.remove_tree, path)

    async def ports(self) -> list[ListeningPort]:
        """As the port says."""
        self._require_running()
        found = await asyncio.to_thread(listening_ports, self._machine.pid)
        if not self._machine.is_alive():  # Else they may be those of another process that was given its pid.
            raise SandboxGone("The sandbox has ended.")
        return found

    async def connect(self, port: int) -> socket.socket:
        """As the port says."""
        self._require_running()
        return await dial(self._machine, port)

    async def metrics(self) -> MachineMetrics:
        """As the port says."""
        self._require_running()
        found = await asyncio.to_thread(self._gauge.read)
        if not self._machine.is_alive():  # Else they may be those of another process that was given its pid.
            raise SandboxGone("The sandbox has ended.")
        if self._egress is None:
            return found
        usage = self._egress.usage
        return replace(found, network_sent_bytes=usage.sent, network_received_bytes=usage.received)

    async def pause(self) -> None:
        """As the port says: a paused machine would hold its memory all the same."""
        raise Unsupported("A local sandbox can't be paused.")

    async def resume(self) -> None:
        """As the port says."""
        raise Unsupported("A local sandbox can't be paused.")

    async def extend(self, until: datetime) -> None:
        """As the port says: no clock of this host ends a machine."""
        self._require_running()

    async def stop(self) -> None:
        """As the port says. A caller that is cancelled does not stop the stopping."""
        if self._stopping is None:
            self._stopping = asyncio.create_task(self._stop())
        await asyncio.shield(self._stopping)

    async def wait_gone(self) -> str:
        """As the port says."""
        return await asyncio.shield(self._machine.gone)

    async def _stop(self) -> None:
        await self._machine.kill()
        if self._egress is not None:
            await self._egress.close()
        self._watchdog.cancel()
        await asyncio.wait({self._watchdog})
        for command in list(self._commands):
            command.abandon()
        try:
            await asyncio.to_thread(remove_tree, self._folder)
        except OSError as error:
            # Nothing runs any more; what is left of the folder is an orphan, to be tried again as such.
            raise ProviderUnavailable(f"The sandbox's folder could not be removed: {error}") from error
        finally:
            self._on_stopped()

    async def _end_everything(self, excess: EndReason) -> None:
        """Kill all that runs but the machine itself, and tell each command why."""
        running = list(self._commands)
        for command in running:
            command.note_excess(excess)
        try:
            await self._machine.ask(b"kill-all")
        except SandboxGone:
            return
        await asyncio.gather(*(command.terminate(grace_ms=0) for command in running))

    async def _give_up(self) -> None:
        await self._machine.kill("The sandbox used far more disk, or memory for files, than it may.")

    def _kept(self, command: KeptT) -> KeptT:
        """Remember it until nothing of it runs."""
        self._commands.add(command)
        command.gone.add_done_callback(lambda _: self._commands.discard(command))
        return command

    def _require_running(self) -> None:
        if not self.running:
            raise SandboxGone("The sandbox has ended.")
