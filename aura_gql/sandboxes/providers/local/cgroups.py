"""Control groups of either version, for the controllers that this process may use; none of them is required."""

import contextlib
import os
import signal
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from aura_gql.sandboxes.providers.local.limits import SPARE_PROCESSES, LocalLimits

CONTROLLERS = ("memory", "pids", "cpu")
CPU_PERIOD_US = 50_000
TRIAL = ".trial"
REMOVE_TRIES, REMOVE_PAUSE_S = 200, 0.005


@dataclass(frozen=True, slots=True)
class Controller:
    """A controller's folder for this server, below which each sandbox gets one."""

    name: str
    folder: Path
    unified: bool

    def settings(self, limits: LocalLimits) -> dict[str, str]:
        """The files to write, with their content."""
        quota = str(int(limits.cpus * CPU_PERIOD_US))
        if self.name == "pids":
            return {"pids.max": str(limits.processes + SPARE_PROCESSES)}
        if self.name == "memory" and self.unified:
            return {"memory.max": str(limits.memory_bytes)}
        if self.name == "memory":
            return {"memory.limit_in_bytes": str(limits.memory_bytes)}
        if self.unified:
            return {"cpu.max": f"{quota} {CPU_PERIOD_US}"}
        return {"cpu.cfs_period_us": str(CPU_PERIOD_US), "cpu.cfs_quota_us": quota}

    def no_swap(self, limits: LocalLimits) -> dict[str, str]:
        """Files that keep memory from hiding in swap; a kernel without swap accounting lacks them."""
        if self.name != "memory":
            return {}
        if self.unified:
            return {"memory.swap.max": "0"}
        return {"memory.memsw.limit_in_bytes": str(limits.memory_bytes)}


class Cgroup:
    """The groups of one sandbox. Its methods are short writes to kernel memory; they do not touch a disk."""

    def __init__(self, folders: dict[Path, None], controllers: Iterable[Controller], name: str) -> None:
        self._folders = list(folders)
        self._of = {controller.name: controller for controller in controllers}
        self._name = name

    def add(self, pid: int) -> None:
        """Move a process in; its future children follow. Raises OSError."""
        for folder in self._folders:
            (folder / "cgroup.procs").write_text(str(pid), encoding="ascii")

    def oom_kills(self) -> int:
        """How many of its processes the kernel has killed for want of memory."""
        return self._read("memory", "memory.events", "memory.oom_control", "oom_kill") or 0

    def cpu_time_ms(self) -> int | None:
        """What its processes have used since it was made, the ended included; None where no group counts that."""
        used_us = self._read("cpu", "cpu.stat", None, "usage_usec")
        if used_us is not None:
            return used_us // 1000
        used_ns = self._read("cpu", None, "cpuacct.usage")
        return None if used_ns is None else used_ns // 1_000_000

    def memory_bytes(self) -> int | None:
        """What its processes use, but for file contents that the kernel would give back; None where no group counts."""
        used = self._read("memory", "memory.current", "memory.usage_in_bytes")
        if used is None:
            return None
        idle = self._read("memory", "memory.stat", None, "inactive_file")
        if idle is None:
            idle = self._read("memory", None, "memory.stat", "total_inactive_file")
        return max(0, used - (idle or 0))

    def threads(self) -> int | None:
        """How many processes and threads there are; None where no group counts them."""
        return self._read("pids", "pids.current", "pids.current")

    def _read(self, controller: str, unified: str | None, old: str | None, key: str | None = None) -> int | None:
        """The number in a controller's file, which has another name in either version, or behind a key in it."""
        found = self._of.get(controller)
        file = unified if found and found.unified else old
        if found is None or file is None:
            return None
        try:
            text = (found.folder / self._name / file).read_text(encoding="ascii")
        except OSError:
            return None
        if key is None:
            return int(text)
        return next((int(value) for name, value in map(str.split, text.splitlines()) if name == key), None)

    def remove(self) -> None:
        """Kill what is in them and remove them; waits until they are empty, up to a second. Blocks."""
        left = self._folders
        for _ in range(REMOVE_TRIES):
            left = [folder for folder in left if not _remove(folder)]
            if not left:
                return
            time.sleep(REMOVE_PAUSE_S)


class CgroupTree:
    """This server's own corner of the hierarchies."""

    def __init__(self, controllers: list[Controller]) -> None:
        self._controllers = controllers

    @classmethod
    def find(cls, name: str, limits: LocalLimits) -> "CgroupTree":
        """Whatever controllers let us make groups and set limits, perhaps none. Of the others nothing stays. Blocks."""
        usable, useless = [], []
        for controller in _candidates(name):
            trial = cls([controller])
            try:
                trial.make(TRIAL, limits).remove()
            except OSError:
                useless.append(controller)
            else:
                usable.append(controller)
        kept = {controller.folder for controller in usable}  # Of version 2, controllers share one.
        cls([controller for controller in useless if controller.folder not in kept]).leave()
        return cls(usable)

    @property
    def controllers(self) -> frozenset[str]:
        """The names of those that work: memory, pids, cpu."""
        return frozenset(controller.name for controller in self._controllers)

    def make(self, name: str, limits: LocalLimits) -> Cgroup:
        """Make a sandbox's groups with their limits; none is left by a failure. Raises OSError."""
        folders = {controller.folder / name: None for controller in self._controllers}
        group = Cgroup(folders, self._controllers, name)
        try:
            for folder in folders:
                folder.mkdir(parents=True, exist_ok=True)
            for controller in self._controllers:
                for file, value in controller.settings(limits).items():
                    (controller.folder / name / file).write_text(value, encoding="ascii")
                for file, value in controller.no_swap(limits).items():
                    with contextlib.suppress(OSError):
                        (controller.folder / name / file).write_text(value, encoding="ascii")
        except OSError:
            group.remove()
            raise
        return group

    def names(self) -> set[str]:
        """The sandboxes that have groups here, dead ones included."""
        return {
            entry.name
            for controller in self._controllers
            if controller.folder.is_dir()
            for entry in controller.folder.iterdir()
            if entry.is_dir()
        }

    def leave(self) -> None:
        """Remove our corner, unless it still holds a sandbox's groups."""
        for controller in self._controllers:
            with contextlib.suppress(OSError):
                controller.folder.rmdir()

    def remove(self, name: str) -> None:
        """End and remove a sandbox's groups, whoever made them. Blocks."""
        Cgroup({controller.folder / name: None for controller in self._controllers}, (), name).remove()


def _candidates(name: str) -> Iterator[Controller]:
    """Where each controller is mounted, below the group that this process is in."""
    own = _own_groups()
    for line in Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines():
        place, _, kind = line.partition(" - ")
        mount_point = Path(place.split()[4])
        kind_name, _, options = kind.split()[:3]
        if kind_name == "cgroup2":
            folder = mount_point / own.get("", "/").lstrip("/") / name
            yield from (Controller(each, folder, True) for each in _delegated(folder))
        elif kind_name == "cgroup":
            for each in set(CONTROLLERS).intersection(options.split(",")):
                yield Controller(each, mount_point / own.get(each, "/").lstrip("/") / name, False)


def _own_groups() -> dict[str, str]:
    """Controller to our group's path; the empty name is version 2."""
    groups = {}
    for line in Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines():
        _, controllers, path = line.split(":", 2)
        groups.update(dict.fromkeys(controllers.split(","), path))
    return groups


def _delegated(folder: Path) -> list[str]:
    """The version 2 controllers that can be handed on to the groups below `folder`."""
    try:
        folder.mkdir(exist_ok=True)
        available = (folder / "cgroup.controllers").read_text(encoding="ascii").split()
    except OSError:
        return []
    usable = []
    for controller in CONTROLLERS:
        if controller in available:
            with contextlib.suppress(OSError):
                (folder / "cgroup.subtree_control").write_text(f"+{controller}", encoding="ascii")
                usable.append(controller)
    if not usable:
        with contextlib.suppress(OSError):
            folder.rmdir()
    return usable


def _remove(folder: Path) -> bool:
    """Kill what a group holds and try to remove it; whether it has gone."""
    try:
        folder.rmdir()
    except FileNotFoundError:
        return True
    except OSError:
        with contextlib.suppress(OSError):
            for pid in (folder / "cgroup.procs").read_text(encoding="ascii").split():
                os.kill(int(pid), signal.SIGKILL)
        return False
    return True
