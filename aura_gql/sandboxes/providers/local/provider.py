"""The local provider: sandboxes on this host, which refuse to run unisolated."""

import asyncio
import contextlib
import hashlib
import re
from collections.abc import Coroutine, Iterable, Sequence
from pathlib import Path

from aura_gql.kernel.errors import Conflict, DomainError, InvalidInput, ProviderUnavailable
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.errors import SandboxQuotaExceeded
from aura_gql.sandboxes.providers.local.bwrap import find_bwrap
from aura_gql.sandboxes.providers.local.cgroups import CgroupTree
from aura_gql.sandboxes.providers.local.disk import remove_tree
from aura_gql.sandboxes.providers.local.isolation import Isolation, build_shared_etc
from aura_gql.sandboxes.providers.local.limits import LocalLimits
from aura_gql.sandboxes.providers.local.modes import IsolationMode, possible_modes
from aura_gql.sandboxes.providers.local.probe import FOLDER_PREFIX, prove
from aura_gql.sandboxes.providers.local.root_lock import RootLock
from aura_gql.sandboxes.providers.local.sandbox import PROJECT, LocalSandbox
from aura_gql.sandboxes.providers.local.uids import UidPool
from aura_gql.sandboxes.values import Capabilities, ProviderHealth, SandboxSpec

# No dot in front: such names are our own, and no sandbox may take one.
SANDBOX_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
ETC = ".etc"
ENVIRONMENT_DIGITS = 12


class LocalProvider:
    """Satisfies the `SandboxProvider` port. `root` is this server's alone; where the mode is ROOT_PREDROP, other users
    must be able to pass through the folders above it.
    """

    def __init__(
        self,
        root: Path,
        limits: LocalLimits | None = None,
        bwrap: Path | None = None,
        *,
        modes: Sequence[IsolationMode] | None = None,
        use_cgroups: bool = True,
    ) -> None:
        """`modes` narrows the ways to isolate; None tries what this process can do, best first."""
        self._root = root.absolute()
        self._lock = RootLock(self._root)
        self._limits = limits or LocalLimits()
        self._configured_bwrap = bwrap
        self._modes = possible_modes() if modes is None else [mode for mode in modes if mode in possible_modes()]
        self._use_cgroups = use_cgroups
        self._uids = UidPool()
        self._proving = asyncio.Lock()
        self._isolation: Isolation | None = None
        self._sandboxes: dict[str, LocalSandbox | None] = {}
        self._starting: set[asyncio.Task[LocalSandbox]] = set()
        self._background: set[asyncio.Task[None]] = set()

    @property
    def name(self) -> str:
        """As the port says."""
        return SandboxProviderName.LOCAL

    @property
    def capabilities(self) -> Capabilities:
        """As the port says."""
        return Capabilities(stdin=True, signals=True, network=False, terminal=True, ports=True, extend=True)

    async def create(self, spec: SandboxSpec) -> LocalSandbox:
        """As the port says. While one with the same id starts: Conflict."""
        if not SANDBOX_ID.fullmatch(spec.sandbox_id):
            raise InvalidInput("A sandbox id has 1 to 64 letters, digits, hyphens and underscores.")
        isolation = await self._proved()
        if spec.sandbox_id in self._sandboxes:
            present = self._sandboxes[spec.sandbox_id]
            if present is None or not present.running:
                raise Conflict(f"Sandbox {spec.sandbox_id} is starting or stopping.")
            return present
        if len(self._sandboxes) >= self._limits.max_sandboxes:
            raise SandboxQuotaExceeded(f"This host runs at most {self._limits.max_sandboxes} sandboxes at a time.")
        self._sandboxes[spec.sandbox_id] = None
        # A start that is cut off half-way could leave things behind, so it runs to its end and is undone then.
        starting = asyncio.create_task(self._start(isolation, spec.sandbox_id))
        self._starting.add(starting)
        try:
            sandbox = await asyncio.shield(starting)
        except asyncio.CancelledError:
            self._in_background(_undo(starting))
            raise
        finally:
            self._starting.discard(starting)
        # Here and not in the task: nobody shall be given a sandbox that is about to be undone.
        if sandbox.running:
            self._sandboxes[spec.sandbox_id] = sandbox
        return sandbox

    async def health(self) -> ProviderHealth:
        """As the port says: the first time by running the self-test."""
        try:
            isolation = await self._proved()
        except DomainError as error:
            return ProviderHealth(False, error.message)
        return ProviderHealth(True, isolation.describe())

    async def remove_orphans(self, keep: Iterable[str]) -> list[str]:
        """As the port says. Machines die with the process that made them; folders and groups are what it leaves."""
        wanted = set(keep)
        removed = set()
        for sandbox_id, sandbox in list(self._sandboxes.items()):
            if sandbox is not None and sandbox_id not in wanted:
                with contextlib.suppress(DomainError):  # its folder is left, for the next lines or the next round
                    await sandbox.stop()
                removed.add(sandbox_id)
        async with self._proving:  # which makes groups of its own, wanted by nobody
            removed.update(await asyncio.to_thread(self._remove_leftovers, wanted | set(self._sandboxes)))
        return sorted(removed)

    async def close(self) -> None:
        """As the port says."""
        for starting in list(self._starting):
            await _undo(starting)
        while self._background:
            await asyncio.wait(self._background)
        running = [sandbox for sandbox in self._sandboxes.values() if sandbox is not None]
        await asyncio.gather(*(sandbox.stop() for sandbox in running))
        if self._isolation:
            self._isolation.cgroups.leave()
            self._isolation = None
        self._lock.release()

    async def _proved(self) -> Isolation:
        """The isolation in use; proved once, tried again after a failure, as an administrator may have mended it.

        A proof goes on where nobody waits for it any more, so that two never share the folder.
        """
        proving = asyncio.create_task(self._prove_in_turn())
        try:
            return await asyncio.shield(proving)
        except asyncio.CancelledError:
            self._in_background(_finish(proving))
            raise

    async def _prove_in_turn(self) -> Isolation:
        async with self._proving:
            if self._isolation is None:
                self._isolation = await self._prove_best()
            return self._isolation

    async def _prove_best(self) -> Isolation:
        """The first mode that passes its self-test. Raises ProviderUnavailable with what each of them said."""
        bwrap = find_bwrap(self._configured_bwrap)
        try:
            cgroups = await asyncio.to_thread(self._prepare_root)
        except OSError as error:
            raise ProviderUnavailable(f"The folder of the sandboxes can't be used: {error}") from error
        trouble = []
        for mode in self._modes:
            isolation = Isolation(mode, bwrap, self._root / ETC, cgroups, self._limits)
            uid = self._uids.lend()
            try:
                await prove(isolation, self._root, uid)
            except (ProviderUnavailable, OSError) as error:
                trouble.append(str(error))
            else:
                return isolation
            finally:
                self._uids.give_back(uid)
        cgroups.leave()
        reasons = "; ".join(trouble) or "none of the wanted modes is possible for this user"
        raise ProviderUnavailable(f"No local isolation works here, and nothing runs without it. {reasons}")

    async def _start(self, isolation: Isolation, sandbox_id: str) -> LocalSandbox:
        folder = self._root / sandbox_id
        uid = self._uids.lend()

        def forget() -> None:
            self._uids.give_back(uid)
            self._sandboxes.pop(sandbox_id, None)

        try:
            await asyncio.to_thread(isolation.make_project, folder / PROJECT, uid)
            machine = await isolation.start_machine(sandbox_id, folder / PROJECT, uid)
        except BaseException as error:
            forget()
            await asyncio.to_thread(remove_tree, folder)
            if isinstance(error, OSError):
                raise ProviderUnavailable(f"The sandbox's folder or groups could not be made: {error}") from error
            raise
        return LocalSandbox(
            sandbox_id,
            folder,
            isolation.owner(uid),
            machine,
            self._limits,
            controllers=isolation.cgroups.controllers,
            on_stopped=forget,
        )

    def _prepare_root(self) -> CgroupTree:
        """Make the shared folder and find the groups. Raises OSError, ProviderUnavailable. Blocks."""
        self._lock.acquire()
        for left in self._root.glob(f"{FOLDER_PREFIX}*"):
            remove_tree(left)
        build_shared_etc(self._root / ETC)
        return self._find_groups()

    def _find_groups(self) -> CgroupTree:
        """The groups of this root, whichever process made them. Blocks."""
        if not self._use_cgroups:
            return CgroupTree([])
        digest = hashlib.sha256(str(self._root).encode()).hexdigest()[:ENVIRONMENT_DIGITS]
        return CgroupTree.find(f"aura-{digest}", self._limits)

    def _remove_leftovers(self, keep: set[str]) -> set[str]:
        """Folders and groups that belong to no wanted sandbox; none where they are another server's. Blocks."""
        try:
            self._lock.acquire()
        except (ProviderUnavailable, OSError):
            return set()
        removed = set()
        found = {entry.name for entry in self._root.iterdir() if SANDBOX_ID.fullmatch(entry.name)}
        for name in found - keep:
            with contextlib.suppress(OSError):  # the next round tries again
                remove_tree(self._root / name)
                removed.add(name)
        cgroups = self._isolation.cgroups if self._isolation else self._find_groups()
        for name in cgroups.names() - keep:
            cgroups.remove(name)
        if not self._isolation:
            cgroups.leave()
        return removed

    def _in_background(self, work: Coroutine[None, None, None]) -> None:
        """Keep a task from being forgotten; `close` waits for it."""
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)


async def _undo(starting: "asyncio.Task[LocalSandbox]") -> None:
    """Stop a sandbox that nobody waits for any more."""
    await asyncio.wait({starting})
    if not starting.cancelled() and starting.exception() is None:
        with contextlib.suppress(DomainError):  # a folder that could not be removed is an orphan
            await starting.result().stop()


async def _finish(proving: "asyncio.Task[Isolation]") -> None:
    await asyncio.wait({proving})
    if not proving.cancelled():
        proving.exception()
