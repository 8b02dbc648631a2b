"""Where attacks run: in a sandbox, or in the open as the control."""

import asyncio
import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from aura_gql.sandboxes.ports import Sandbox
from aura_gql.sandboxes.providers.local.sandbox import LocalSandbox
from aura_gql.sandboxes.values import Command, SandboxFile
from tests.support.abuse.cases import CASES
from tests.support.abuse.host_process import HostProcess, tree
from tests.support.abuse.judges import Evidence
from tests.support.abuse.scene import Scene, Victim
from tests.support.processes import first_line

REPOSITORY = Path(__file__).parents[3]
INSIDE = Path(__file__).parent / "inside"
HARNESS = "tests.support.abuse.inside.harness"
VICTIM = "tests.support.abuse.inside.victim"
PATIENCE_S = 60
LINE_BYTES = 1 << 26
PYTHON = ("/usr/bin/python3", "-B", "-m")
# What attackers in the open may break without harm to anybody, and limits that they could raise.
DISPOSABLE = ("prlimit", "--nofile=4096:4096", "--", "unshare", "--mount", "--uts", "--ipc", "--")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an attack succeeded; what it said of its failure."""

    succeeded: bool
    error: str


def sent_inside() -> list[SandboxFile]:
    """The attackers' modules, under the names by which they import one another."""
    return [SandboxFile(str(file.relative_to(REPOSITORY)), file.read_bytes()) for file in INSIDE.glob("*.py")]


async def attack_in_sandbox(sandbox: LocalSandbox, family: str, scene: Scene, victim: Victim) -> Mapping[str, Verdict]:
    """Run a family of attacks and judge each."""
    await sandbox.write_files(sent_inside())
    facts = replace(victim.seen_from(scene), above=True)
    process = await sandbox.start_process(Command([*PYTHON, HARNESS, family, facts.dump()]))
    line = await asyncio.wait_for(first_line(process), PATIENCE_S)
    try:
        return await judge(family, line, sandbox.host_pid, scene, victim)
    finally:
        await process.terminate(grace_ms=0)


async def attack_in_the_open(family: str, scene: Scene, victim: Victim) -> Mapping[str, Verdict]:
    """The same as plain root, with an inherited file and an inherited socket that tell a secret and take orders."""
    folder = Path(tempfile.mkdtemp(prefix="aura-open-"))
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs, scene.inheritable_secret() as file:
        process = await asyncio.create_subprocess_exec(
            *(*DISPOSABLE, *PYTHON, HARNESS, family, victim.seen_from(scene).dump()),
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=(theirs.fileno(), file),
            limit=LINE_BYTES,
        )
    assert process.stdin
    assert process.stdout
    try:
        line = await asyncio.wait_for(process.stdout.readline(), PATIENCE_S)
        return await judge(family, line.decode(), process.pid, scene, victim)
    finally:
        for left in reversed(tree(process.pid)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(left.pid, signal.SIGKILL)
        await process.wait()
        shutil.rmtree(folder)


@contextlib.asynccontextmanager
async def victim_in_sandbox(sandbox: Sandbox, host_pid: int) -> AsyncIterator[Victim]:
    """A neighbour."""
    secret = secrets.token_hex(16)
    await sandbox.write_files(sent_inside())
    process = await sandbox.start_process(Command([*PYTHON, VICTIM, secret], env={"ABUSE_VICTIM": secret}))
    lines = process.output()

    async def ask() -> bytes:
        await process.write_stdin(b"?\n")
        return (await anext(lines)).data

    yield Victim.introduce(secret, (await anext(lines)).data, host_pid, ask)
    await process.terminate(grace_ms=0)


@contextlib.asynccontextmanager
async def victim_on_host(scene: Scene) -> AsyncIterator[Victim]:
    """A stand-in for the server: a process of the same user, with the same kinds of things to hide."""
    secret = secrets.token_hex(16)
    process = await asyncio.create_subprocess_exec(
        *(*PYTHON, VICTIM, secret),
        cwd=scene.folder,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(REPOSITORY), "ABUSE_VICTIM": secret},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin
    assert process.stdout
    stdin, stdout = process.stdin, process.stdout

    async def ask() -> bytes:
        stdin.write(b"?\n")
        return await stdout.readline()

    yield Victim.introduce(secret, await stdout.readline(), process.pid, ask)
    stdin.close()
    await process.wait()


async def judge(family: str, line: str, root: int, scene: Scene, victim: Victim) -> Mapping[str, Verdict]:
    """Look at what the harness's attackers did, while they still hold what they gained."""
    report = json.loads(line)
    processes = tree(root)
    main = next(each for each in processes if HARNESS in each.text("cmdline").split("\0") and not is_case(each))
    victim = await victim.asked()
    verdicts = {}
    for index, (name, verdict) in enumerate(CASES[family].items()):
        own = with_descendants(each for each in processes if each.text("comm").strip() == f"case-{index}")
        told = report["told"][name]
        evidence = Evidence(
            said=told.get("said", ""),
            error=told.get("error", ""),
            processes=own,
            main=main,
            bystanders=[process for process in processes if process not in own],
            folder=Path(f"/proc/{main.pid}/cwd"),
            host_name=report["host"],
            scene=scene,
            victim=victim,
        )
        verdicts[name] = Verdict(verdict(evidence), evidence.error)
    return verdicts


def is_case(process: HostProcess) -> bool:
    """Whether it is an attacker."""
    return process.text("comm").startswith("case-")


def with_descendants(processes: Iterable[HostProcess]) -> list[HostProcess]:
    """The processes and all below them."""
    return list({each: None for process in processes for each in tree(process.pid)})
