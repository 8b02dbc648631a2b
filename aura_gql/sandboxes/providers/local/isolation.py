"""What all sandboxes of a provider share once a mode has been proved: the program, the filter, /etc, and the groups."""

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path

from aura_gql.sandboxes.providers.local.bundle import build_supervisor
from aura_gql.sandboxes.providers.local.bwrap import Fence
from aura_gql.sandboxes.providers.local.cgroups import Cgroup, CgroupTree
from aura_gql.sandboxes.providers.local.disk import remove_tree
from aura_gql.sandboxes.providers.local.etc import build_etc
from aura_gql.sandboxes.providers.local.limits import LocalLimits
from aura_gql.sandboxes.providers.local.machine import Machine, MachinePlan
from aura_gql.sandboxes.providers.local.modes import IsolationMode
from aura_gql.sandboxes.providers.local.seccomp import build_filter

SHARED_FOLDER_MODE = 0o755
# Its user passes through, but reads no names.
SANDBOX_FOLDER_MODE = 0o711
PROJECT_FOLDER_MODE = 0o700


@dataclass(frozen=True, slots=True)
class Isolation:
    """How machines are made on this host."""

    mode: IsolationMode
    bwrap: Path
    etc: Path
    cgroups: CgroupTree
    limits: LocalLimits

    @property
    def holds_memory(self) -> bool:
        """Whether the kernel holds the memory limit, or a watchdog has to."""
        return "memory" in self.cgroups.controllers

    def describe(self) -> str:
        """In words for an administrator."""
        names = ", ".join(sorted(self.cgroups.controllers)) or "none (memory is watched, CPU is not limited)"
        return f"bubblewrap {self.bwrap}, mode {self.mode}, cgroups: {names}"

    def owner(self, uid: int) -> int | None:
        """Whom the files and pipes of a sandbox belong to, where that is not the server's own user."""
        return uid if self.mode.private_uid else None

    async def start_machine(self, name: str, project: Path, uid: int) -> Machine:
        """Start a machine that sees an existing folder. Raises ProviderUnavailable, OSError; not to be cancelled."""
        cgroup = await asyncio.to_thread(self._make_cgroup, name)
        fence = Fence(self.mode, uid, project, self.etc, self.limits)
        seccomp = build_filter(deny_uncounted_memory=not self.holds_memory)
        return await Machine.start(MachinePlan(self.bwrap, fence, seccomp, cgroup))

    def make_project(self, project: Path, uid: int) -> None:
        """Make an empty project folder, over what a sandbox of the same name may have left. Blocks."""
        remove_tree(project.parent)
        project.parent.mkdir()
        project.parent.chmod(SANDBOX_FOLDER_MODE)
        project.mkdir(mode=PROJECT_FOLDER_MODE)
        if (owner := self.owner(uid)) is not None:
            os.chown(project, owner, owner)

    def _make_cgroup(self, name: str) -> Cgroup | None:
        return self.cgroups.make(name, self.limits) if self.cgroups.controllers else None


def build_shared_etc(etc: Path) -> None:
    """Make the /etc of all sandboxes anew, with the supervisor in it. Raises ProviderUnavailable. Blocks."""
    remove_tree(etc)
    build_etc(etc)
    inner = etc / "aura"
    inner.mkdir(mode=SHARED_FOLDER_MODE)
    inner.chmod(SHARED_FOLDER_MODE)
    build_supervisor(inner / "supervisor.pyc")
