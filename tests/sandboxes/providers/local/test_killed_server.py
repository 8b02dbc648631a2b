"""A server that is killed takes what runs with it, and what is left on the host goes when the next one starts."""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from aura_gql.sandboxes.errors import SandboxGone
from aura_gql.sandboxes.providers.local.modes import IsolationMode, possible_modes
from aura_gql.sandboxes.providers.local.provider import LocalProvider
from aura_gql.sandboxes.values import SandboxSpec
from tests.support.processes import run
from tests.support.waiting import until

REPOSITORY = Path(__file__).parents[4]
GROUPS = Path("/sys/fs/cgroup")
SANDBOXES = 3
# What each sandbox runs: daemons that left their session, one that minds no signal, one that forks on and on.
BUSY = """
setsid sleep 600 & (setsid sh -c 'trap "" TERM HUP INT; while :; do sleep 600; done' &) &
setsid sh -c 'while :; do /bin/true; done' & sleep 600 & wait
"""
# Says what runs, and then makes and removes other sandboxes, so that it is killed in the middle of that.
DOOMED_SERVER = """
import asyncio, json, sys
from pathlib import Path
from aura_gql.sandboxes.values import Command, SandboxSpec
from aura_gql.sandboxes.providers.local.memory import process_tree
from aura_gql.sandboxes.providers.local.modes import IsolationMode
from aura_gql.sandboxes.providers.local.provider import LocalProvider

async def main():
    root, mode, use_cgroups, count, busy = sys.argv[1:]
    modes, groups = [IsolationMode(mode)], use_cgroups == "True"
    provider = LocalProvider(Path(root), modes=modes, use_cgroups=groups, warm=1)
    made = [await provider.create(SandboxSpec(f"doomed-{n}", "project")) for n in range(int(count))]
    for sandbox in made:
        await sandbox.start_process(Command(["sh", "-c", busy]))
        while len(process_tree(sandbox.host_pid)) < 8:
            await asyncio.sleep(0.01)
    while not provider._pool._ready:
        await asyncio.sleep(0.01)
    pids = [pid for sandbox in made for pid in process_tree(sandbox.host_pid)]
    warm = provider._pool._ready[0].machine.pid
    told = {
        "pids": [*pids, warm],
        "environment": provider._folder.environment,
        "controllers": sorted(provider._isolation.cgroups.controllers),
    }
    print(json.dumps(told), flush=True)
    while True:
        sandbox = await provider.create(SandboxSpec("doomed-late", "project"))
        await sandbox.stop()

asyncio.run(main())
"""
CASES = [*((mode, True) for mode in possible_modes()), (possible_modes()[0], False)]


@pytest.mark.parametrize(("mode", "use_cgroups"), CASES, ids=str)
async def test_nothing_is_left_of_a_killed_server(root: Path, mode: IsolationMode, use_cgroups: bool) -> None:
    command = [sys.executable, "-c", DOOMED_SERVER, str(root), str(mode), str(use_cgroups), str(SANDBOXES), BUSY]
    server = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE, cwd=REPOSITORY)
    assert server.stdout is not None
    try:
        told = json.loads(await server.stdout.readline())
        # One of the eight that each has comes and goes.
        assert len(told["pids"]) >= 7 * SANDBOXES
        assert bool(groups_of(told["environment"])) == bool(told["controllers"])
    finally:
        server.kill()
        await server.wait()

    # At once, by the kernel alone.
    await until(lambda: not running(told["pids"]) and not named_by_processes(root))
    assert str(root) not in Path("/proc/self/mountinfo").read_text()
    names = {f"doomed-{number}" for number in range(SANDBOXES)}
    assert names <= {entry.name for entry in root.iterdir()} <= names | left_by_others(root)

    # When the next one starts.
    provider = LocalProvider(root, modes=[mode], use_cgroups=use_cgroups)
    assert names <= {left.sandbox_id for left in await provider.list()} <= names | {"doomed-late"}
    with pytest.raises(SandboxGone):
        await provider.connect("doomed-0")
    assert names <= set(await provider.remove_orphans(["wanted"])) <= names | {"doomed-late"}
    assert await provider.list() == []
    assert sorted(os.listdir(root)) == [".etc", ".lock"]
    assert groups_of(told["environment"]) == []
    fresh = await provider.create(SandboxSpec("doomed-0", "project"))
    assert (await run(fresh, "ls", "-A")).text == ""
    await provider.close()
    assert groups_of(told["environment"]) == []


def left_by_others(root: Path) -> set[str]:
    """Names that are no sandbox's that was told of: one in the making, and the server's own."""
    return {"doomed-late", *(entry.name for entry in root.iterdir() if entry.name.startswith("."))}


def groups_of(environment: str) -> list[str]:
    """The control groups of a server, with those of its sandboxes."""
    found = []
    for folder, folders, _ in os.walk(GROUPS):
        found += [os.path.join(folder, name) for name in folders if f"aura-{environment}" in os.path.join(folder, name)]
    return found


def running(pids: Iterable[int]) -> list[int]:
    """Those of the processes that have not ended."""
    found = []
    for pid in pids:
        with contextlib.suppress(OSError):
            state = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()[0]
            if state not in ("Z", "X"):
                found.append(pid)
    return found


def named_by_processes(root: Path) -> list[str]:
    """The command lines that name the folder: bubblewrap, and the server."""
    lines = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and int(entry.name) != os.getpid():
            with contextlib.suppress(OSError):
                line = (entry / "cmdline").read_bytes().decode(errors="replace")
                if str(root) in line:
                    lines.append(line)
    return lines
