"""Proof that a mode isolates, from inside a real sandbox, before anything of a user's runs in one. It fails closed."""

import asyncio
import json
import os
import socket
import tempfile
from collections.abc import Mapping
from pathlib import Path

from aura_gql.kernel.errors import DomainError, ProviderUnavailable
from aura_gql.sandboxes.providers.local.bundle import INNER_PYTHON
from aura_gql.sandboxes.providers.local.bwrap import BASE_ENVIRONMENT
from aura_gql.sandboxes.providers.local.disk import remove_tree
from aura_gql.sandboxes.providers.local.isolation import Isolation
from aura_gql.sandboxes.providers.local.sandbox import LocalSandbox
from aura_gql.sandboxes.values import Command, OutputStream, SandboxFile

NAMESPACES = ("pid", "net", "mnt", "ipc", "uts")
NO_CAPABILITIES = "0" * 16
SECCOMP_FILTER = "2"
MARKER = "probe.json"
FOLDER_PREFIX = ".probe-"
# Python sets it itself where the locale is C.
OWN_VARIABLES = ("LC_CTYPE",)
MARKER_LIMIT = 1 << 16

# Tries what must not work, and tells what did.
SCRIPT = """
import ctypes, json, os, socket, sys
canary, port = sys.argv[1], int(sys.argv[2])
libc = ctypes.CDLL(None, use_errno=True)

def works(attempt):
    try:
        attempt()
    except OSError:
        return False
    return True

def unshare():
    if libc.unshare(0x10000000):
        raise OSError(ctypes.get_errno(), "unshare")

attempts = {
    "see the host's files": lambda: os.stat(canary),
    "reach the host's network": lambda: socket.create_connection(("127.0.0.1", port), 1),
    "open AF_VSOCK": lambda: socket.socket(40, socket.SOCK_STREAM),
    "write core_pattern": lambda: os.close(os.open("/proc/sys/kernel/core_pattern", os.O_WRONLY)),
    "write to /": lambda: open("/probe", "w"),
    "write to /usr": lambda: open("/usr/probe", "w"),
    "write to /etc": lambda: open("/etc/probe", "w"),
    "write to /dev": lambda: open("/dev/probe", "w"),
    "make a user namespace": unshare,
    "become root": lambda: os.setuid(0),
    "read PID 1's descriptors": lambda: os.listdir("/proc/1/fd"),
}
status = dict(line.split(":", 1) for line in open("/proc/self/status").read().splitlines())
with open("probe.json", "w") as report:
    json.dump({
        "worked": [name for name, attempt in attempts.items() if works(attempt)],
        "status": {key: value.strip() for key, value in status.items()},
        "namespaces": {name: os.readlink("/proc/self/ns/" + name) for name in ("pid", "net", "mnt", "ipc", "uts")},
        "environment": sorted(os.environ),
        "written": open("written").read(),
    }, report)
"""


async def prove(isolation: Isolation, root: Path, uid: int) -> None:
    """Start a sandbox, attack it, and check what came of it. Raises ProviderUnavailable with all that is wrong."""
    folder = Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX, dir=root))
    try:
        isolation.make_project(folder / "project", uid)
        machine = await isolation.start_machine(folder.name, folder / "project", uid)
    except BaseException:
        await asyncio.to_thread(remove_tree, folder)
        raise
    sandbox = LocalSandbox(
        folder.name,
        folder,
        isolation.owner(uid),
        machine,
        isolation.limits,
        controllers=isolation.cgroups.controllers,
        on_stopped=lambda: None,
    )
    try:
        wrong = _wrong_with(await _attack(sandbox, folder))
    except (DomainError, OSError, ValueError, KeyError) as error:
        raise ProviderUnavailable(f"{isolation.mode}: the self-test did not run: {error}") from error
    finally:
        await sandbox.stop()
    if wrong:
        raise ProviderUnavailable(f"{isolation.mode}: the self-test found holes: {', '.join(wrong)}")


async def _attack(sandbox: LocalSandbox, folder: Path) -> Mapping[str, object]:
    """What the script found out."""
    await sandbox.write_files([SandboxFile("written", b"by the host")])
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
        argv = [INNER_PYTHON, "-I", "-S", "-B", "-c", SCRIPT, str(folder), port]
        process = await sandbox.start_process(Command(argv))
        errors = b"".join([piece.data async for piece in process.output() if piece.stream is OutputStream.STDERR])
        status = await process.wait()
    if status.exit_code != 0:
        raise ValueError(f"{status.reason}: {errors.decode(errors='replace').strip()}")
    report: dict[str, object] = json.loads(await sandbox.read_file(MARKER, MARKER_LIMIT))
    return report


def _wrong_with(report: Mapping[str, object]) -> list[str]:
    """The holes, in words."""
    match report:
        case {"worked": list(worked), "status": dict(status), "namespaces": dict(inside), "environment": list(names)}:
            wrong = [f"code can {what}" for what in worked]
        case _:
            raise ValueError("the report is not as expected")
    wrong += [
        f"{name} is {status.get(name)}"
        for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")
        if status.get(name) != NO_CAPABILITIES
    ]
    if status.get("NoNewPrivs") != "1":
        wrong.append("no_new_privs is off")
    if status.get("Seccomp") != SECCOMP_FILTER:
        wrong.append("no seccomp filter")
    wrong += [
        f"the host's {name} namespace"
        for name in NAMESPACES
        if inside.get(name) == os.readlink(f"/proc/self/ns/{name}")
    ]
    leaked = set(names) - {*BASE_ENVIRONMENT, *OWN_VARIABLES}
    wrong += [f"the environment variable {name}" for name in sorted(leaked)]
    if report.get("written") != "by the host":
        wrong.append("the project folder is another one")
    return wrong
