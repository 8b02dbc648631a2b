"""The local provider: sandboxes on this host, which refuse to run unisolated."""

import asyncio
import contextlib
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from aura_gql.kernel.errors import Conflict, DomainError, InvalidInput, ProviderUnavailable
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.errors import SandboxGone, SandboxQuotaExceeded
from aura_gql.sandboxes.providers.local.bwrap import find_bwrap
from aura_gql.sandboxes.providers.local.disk import remove_tree
from aura_gql.sandboxes.providers.local.egress.proxies import EgressProxies
from aura_gql.sandboxes.providers.local.egress.proxy import EgressProxy
from aura_gql.sandboxes.providers.local.isolation import Isolation
from aura_gql.sandboxes.providers.local.limits import LocalLimits
from aura_gql.sandboxes.providers.local.maker import MachineMaker, MadeMachine
from aura_gql.sandboxes.providers.local.modes import IsolationMode, possible_modes
from aura_gql.sandboxes.providers.local.pool import WarmPool
from aura_gql.sandboxes.providers.local.probe import prove
from aura_gql.sandboxes.providers.local.root_folder import ETC, SANDBOX_ID, RootFolder
from aura_gql.sandboxes.providers.local.sandbox import LocalSandbox
from aura_gql.sandboxes.providers.local.uids import UidPool
from aura_gql.sandboxes.tally import PoolTally
from aura_gql.sandboxes.values import Capabilities, ProviderHealth, ProviderSandbox, SandboxSize, SandboxSpec

# What a machine of this host need not know: it has no names and no clock of its own, and all are of one kind.
_OF_ONE_KIND: dict[str, Any] = {"language": None, "size": SandboxSize.SMALL, "attempt": None}
_TOLD_LATER = {"sandbox_id": "", "project_id": "", "lives_until": None, "network": None} | _OF_ONE_KIND


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
        warm: int = 0,
        tally: PoolTally | None = None,
        egress: EgressProxies | None = None,
    ) -> None:
        """`modes` narrows the ways to isolate; None tries what this process can do, best first. `warm` is how many
        machines wait for their sandboxes, within the limit of the host; `tally` counts what becomes of them. `egress`
        gives a way out to those whose spec asks for one.
        """
        self._root = root.absolute()
        self._limits = limits or LocalLimits()
        self._configured_bwrap = bwrap
        self._modes = possible_modes() if modes is None else [mode for mode in modes if mode in possible_modes()]
        self._folder = RootFolder(self._root, self._limits, use_cgroups=use_cgroups)
        self._uids = UidPool()
        self._maker = MachineMaker(self._uids)
        self._egress = egress or EgressProxies()
        self._pool = WarmPool(warm, self._make_warm, self._maker.unmake, self._spare, tally or PoolTally())
        # The groups of a machine keep the name that it had in the pool.
        self._pooled: set[str] = set()
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
        return Capabilities(
            stdin=True, signals=True, network=True, terminal=True, ports=True, watch=True, extend=True, metrics=True
        )

    async def create(self, spec: SandboxSpec) -> LocalSandbox:
        """As the port says. While one with the same id starts: Conflict."""
        if not SANDBOX_ID.fullmatch(spec.sandbox_id):
            raise InvalidInput("A sandbox id has 1 to 64 letters, digits, hyphens and underscores.")
        with self._pool.held_back():
            return await self._create(spec)

    async def _create(self, spec: SandboxSpec) -> LocalSandbox:
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
        starting = asyncio.create_task(self._start(isolation, spec))
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

    async def connect(self, sandbox_id: str) -> LocalSandbox:
        """As the port says: machines die with the process that made them."""
        present = self._sandboxes.get(sandbox_id)
        if present is None or not present.running:
            raise SandboxGone("This server runs no such sandbox.")
        return present

    async def list(self) -> Sequence[ProviderSandbox]:
        """As the port says; what has no machine any more is a folder that was left. No lock: it only looks."""
        left = await asyncio.to_thread(self._folder.made_at)
        held = {name: sandbox for name, sandbox in self._sandboxes.items() if sandbox is not None}
        made = left | {name: sandbox.created_at for name, sandbox in held.items()}
        return [
            ProviderSandbox(name, name, at, self._folder.environment, name in held) for name, at in sorted(made.items())
        ]

    async def health(self) -> ProviderHealth:
        """As the port says: the first time by running the self-test."""
        try:
            with self._pool.held_back():
                isolation = await self._proved()
        except DomainError as error:
            return ProviderHealth(False, error.message)
        return ProviderHealth(True, isolation.describe())

    async def remove_orphans(self, keep: Iterable[str]) -> Sequence[str]:
        """As the port says. Machines die with the process that made them; folders and groups are what it leaves."""
        wanted = set(keep)
        removed = set()
        for sandbox_id, sandbox in list(self._sandboxes.items()):
            if sandbox is not None and sandbox_id not in wanted:
                with contextlib.suppress(DomainError):  # its folder is left, for the next lines or the next round
                    await sandbox.stop()
                removed.add(sandbox_id)
        async with self._proving:  # which makes groups of its own, wanted by nobody
            in_use = {*self._sandboxes, *self._pool.names, *self._pooled}
            cgroups = self._isolation.cgroups if self._isolation else None
            removed.update(await asyncio.to_thread(self._folder.remove_leftovers, wanted | in_use, cgroups))
        return sorted(removed)

    async def close(self) -> None:
        """As the port says."""
        for starting in list(self._starting):
            await _undo(starting)
        await self._pool.close()
        while self._background:
            await asyncio.wait(self._background)
        running = [sandbox for sandbox in self._sandboxes.values() if sandbox is not None]
        await asyncio.gather(*(sandbox.stop() for sandbox in running))
        if self._isolation:
            self._isolation.cgroups.leave()
            self._isolation = None
        self._folder.release()

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
            cgroups = await asyncio.to_thread(self._folder.prepare)
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

    async def _start(self, isolation: Isolation, spec: SandboxSpec) -> LocalSandbox:
        folder = self._root / spec.sandbox_id
        try:
            made = await self._from_pool(spec, folder) or await self._make_cold(isolation, spec, folder)
            egress = await self._way_out(spec, made)
        except BaseException:
            self._sandboxes.pop(spec.sandbox_id, None)
            raise

        def forget() -> None:
            self._uids.give_back(made.uid)
            self._pooled.discard(made.name)
            self._sandboxes.pop(spec.sandbox_id, None)
            self._pool.refill()

        return LocalSandbox(
            spec.sandbox_id,
            folder,
            isolation.owner(made.uid),
            made.machine,
            self._limits,
            controllers=isolation.cgroups.controllers,
            egress=egress,
            on_stopped=forget,
        )

    async def _from_pool(self, spec: SandboxSpec, folder: Path) -> MadeMachine | None:
        """A machine that was made ahead, now in `folder`; None where there is none, or it is not as the spec asks."""
        if replace(spec, **_TOLD_LATER) != SandboxSpec(**_TOLD_LATER):
            return None
        made = await self._pool.take()
        if made is None:
            return None
        self._pooled.add(made.name)
        try:
            await asyncio.to_thread(_move_over, made.folder, folder)
        except OSError:
            await self._maker.unmake(made)
            self._pooled.discard(made.name)
            return None
        return made

    async def _make_cold(self, isolation: Isolation, spec: SandboxSpec, folder: Path) -> MadeMachine:
        if self._spare() < 0:
            await self._pool.give_way()
        return await self._maker.make(isolation, spec.sandbox_id, folder)

    async def _way_out(self, spec: SandboxSpec, made: MadeMachine) -> EgressProxy | None:
        try:
            return await self._egress.open(spec, made.machine)
        except BaseException:
            await self._maker.unmake(made)
            self._pooled.discard(made.name)
            raise

    async def _make_warm(self, name: str) -> MadeMachine:
        return await self._maker.make(await self._proved(), name, self._root / name)

    def _spare(self) -> int:
        """How many more machines this host may hold; none before it has been proved that it can hold any."""
        if self._isolation is None:
            return 0
        return self._limits.max_sandboxes - len(self._sandboxes) - len(self._pool)

    def _in_background(self, work: Coroutine[None, None, None]) -> None:
        """Keep a task from being forgotten; `close` waits for it."""
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)


def _move_over(source: Path, target: Path) -> None:
    """Give a folder another name, over what a sandbox of that name may have left. Raises OSError. Blocks."""
    remove_tree(target)
    source.rename(target)


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
