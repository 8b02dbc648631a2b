"""The bubblewrap command line of a guest: namespaces of its own, the host's programs, two folders of its own."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from aura_gql.sandboxes.providers.local.bwrap import DROP_CAPABILITIES, ROOT_LINKS, SETPRIV, find_bwrap
from aura_gql.sandboxes.providers.local.modes import IsolationMode
from tests.support.vendors import guest_init

GUEST_UID = 61_000
INNER_UID = 1000
PYTHON = "/usr/bin/python3"


def guest_command(mode: IsolationMode, base: Path, home: str, control: int, passwd: int) -> list[str]:
    """All of it, up to PID 1. `base` holds the folders `home` and `tmp`; `passwd` is an open file."""
    init = [PYTHON, "-I", "-S", "-B", "-c", Path(guest_init.__file__).read_text(encoding="utf-8"), str(control)]
    return [
        *_before(mode),
        str(find_bwrap(None)),
        *("--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--hostname", "guest"),
        *_rights(mode),
        *("--die-with-parent", "--new-session", "--as-pid-1", "--clearenv"),
        *_programs(),
        *("--perms", "0444", "--ro-bind-data", str(passwd), "/etc/passwd"),
        *(
            "--proc",
            "/proc",
            "--dev",
            "/dev",
            "--perms",
            "1777",
            "--tmpfs",
            "/dev/shm",
            "--dir",
            "/run",
            "--dir",
            "/var",
            "--dir",
            "/home",
        ),
        *("--bind", str(base / "home"), home, "--bind", str(base / "tmp"), "/tmp"),
        *("--symlink", "/tmp", "/var/tmp", "--chdir", "/", "--remount-ro", "/", "--"),
        *init,
        *([str(GUEST_UID)] if mode is IsolationMode.ROOT_DROP else []),
    ]


def passwd_line(mode: IsolationMode, home: str) -> bytes:
    """Who the guest's user is, as it sees itself."""
    uid = GUEST_UID if mode is IsolationMode.ROOT_DROP else INNER_UID
    return f"user:x:{uid}:{uid}::{home}:/bin/bash\n".encode()


@contextlib.contextmanager
def unnamed_file(content: bytes) -> Iterator[int]:
    """A file to be read from its start."""
    descriptor = os.memfd_create("guest")
    try:
        os.write(descriptor, content)
        os.lseek(descriptor, 0, os.SEEK_SET)
        yield descriptor
    finally:
        os.close(descriptor)


def _before(mode: IsolationMode) -> list[str]:
    if mode is not IsolationMode.ROOT_PREDROP:
        return []
    return [SETPRIV, "--reuid", str(GUEST_UID), "--regid", str(GUEST_UID), "--clear-groups", "--"]


def _rights(mode: IsolationMode) -> list[str]:
    if mode is not IsolationMode.ROOT_DROP:
        return ["--unshare-user", "--uid", str(INNER_UID), "--gid", str(INNER_UID)]
    return ["--cap-drop", "ALL", *(word for each in DROP_CAPABILITIES for word in ("--cap-add", each))]


def _programs() -> list[str]:
    arguments = ["--ro-bind", "/usr", "/usr", "--ro-bind", "/etc", "/etc"]
    for name in ROOT_LINKS:
        path = Path("/", name)
        if path.is_symlink():
            arguments += ["--symlink", str(path.readlink()), str(path)]
        elif path.is_dir():
            arguments += ["--ro-bind", str(path), str(path)]
    return arguments
