"""What hostile code tries in a sandbox, in every mode, judged from outside.

`test_abuse_control.py` shows that each attack succeeds in the open.
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import pytest_asyncio

from aura_gql.sandboxes.providers.local.listening import EGRESS_PORT
from aura_gql.sandboxes.providers.local.provider import LocalProvider
from aura_gql.sandboxes.providers.local.sandbox import LocalSandbox
from aura_gql.sandboxes.values import Command, SandboxSpec, TerminalSpec
from tests.support.abuse.cases import CASES
from tests.support.abuse.grounds import Verdict, attack_in_sandbox, victim_in_sandbox, victim_on_host
from tests.support.abuse.host_process import tree
from tests.support.abuse.inside.harness import NO_ANSWER
from tests.support.abuse.scene import Scene
from tests.support.local_sandbox import host_pids
from tests.support.processes import finished, python, run, shell
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

ALL = [(family, name) for family, cases in CASES.items() for name in cases]


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    """What there is to attack. The server is as careless as can be: a secret in its environment, a file to inherit."""
    scene = Scene()
    with pytest.MonkeyPatch.context() as patch, scene.inheritable_secret():
        patch.setenv("ABUSE_SECRET", scene.secret)
        yield scene
    scene.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def verdicts(provider: LocalProvider, scene: Scene) -> Mapping[str, Mapping[str, Verdict]]:
    """How each attack went, a family in a sandbox of its own, with a process of the host's as the victim."""
    found = {}
    for family in CASES:
        sandbox = await provider.create(SandboxSpec(f"abuse-{family}", "project"))
        async with victim_on_host(scene) as victim:
            found[family] = await attack_in_sandbox(sandbox, family, scene, victim)
        assert (await run(sandbox, "echo", "alive")).text == "alive"
        await sandbox.stop()
    return found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def against_neighbours(provider: LocalProvider, scene: Scene) -> Mapping[str, Verdict]:
    """The attacks on others once more, with another sandbox as the victim."""
    attacker = await provider.create(SandboxSpec("abuse-attacker", "project"))
    neighbour = await provider.create(SandboxSpec("abuse-neighbour", "project"))
    async with victim_in_sandbox(neighbour, neighbour.host_pid) as victim:
        found = await attack_in_sandbox(attacker, "others", scene, victim)
    await attacker.stop()
    await neighbour.stop()
    return found


@pytest.mark.parametrize(("family", "name"), ALL)
async def test_fails(verdicts: Mapping[str, Mapping[str, Verdict]], family: str, name: str) -> None:
    verdict = verdicts[family][name]
    assert not verdict.succeeded, f"code can {name}"
    assert verdict.error != NO_ANSWER


@pytest.mark.parametrize("name", CASES["others"])
async def test_fails_against_neighbours(against_neighbours: Mapping[str, Verdict], name: str) -> None:
    assert not against_neighbours[name].succeeded, f"code can {name} in another sandbox"


async def test_the_network_inside_works(sandbox: LocalSandbox) -> None:
    script = """
import socket
s = socket.create_server(("127.0.0.1", 0))
c = socket.create_connection(s.getsockname())
a, _ = s.accept()
a.sendall(b"hi")
print(c.recv(2))
"""
    assert (await python(sandbox, script)).text == "b'hi'"


async def test_sees_only_its_own_processes(sandbox: LocalSandbox) -> None:
    script = "import os; print(*sorted(int(n) for n in os.listdir('/proc') if n.isdigit()))"
    pids = [int(pid) for pid in (await python(sandbox, script)).text.split()]
    assert pids[0] == 1
    assert len(pids) == 3  # the supervisor, the keeper, and the script


async def test_runs_as_nobody_special_on_the_host(sandbox: LocalSandbox) -> None:
    process = await sandbox.start_process(Command(["cat"]))
    pids = host_pids(sandbox)
    assert len(pids) == 3
    for pid in pids:
        status = Path(f"/proc/{pid}/status").read_text()
        uids = next(line.split()[1:] for line in status.splitlines() if line.startswith("Uid:"))
        assert "0" not in uids
    await process.close_stdin()
    await finished(process)


async def test_pid_1_can_not_be_killed_or_stopped_from_inside(sandbox: LocalSandbox) -> None:
    await shell(sandbox, "kill -9 1; kill -STOP 1; kill -TERM 1; kill -INT 1")
    assert (await run(sandbox, "echo", "alive")).text == "alive"


@pytest.mark.parametrize("program", [["node", "-e", "console.log(6*7)"], ["bash", "-lc", "echo $((6*7))"]])
async def test_runtimes_work(sandbox: LocalSandbox, program: list[str]) -> None:
    if not os.path.exists(f"/usr/bin/{program[0]}"):
        pytest.skip(f"there is no {program[0]} on this host")
    outcome = await run(sandbox, *program)
    assert outcome.text == "42", outcome.stderr


async def test_npm_runs_scripts(sandbox: LocalSandbox) -> None:
    if not os.path.exists("/usr/bin/npm"):
        pytest.skip("there is no npm on this host")
    package = '{"name": "a", "version": "1.0.0", "scripts": {"hello": "node -e \\"console.log(6*7)\\""}}'
    await shell(sandbox, f"cat > package.json <<'E'\n{package}\nE")
    outcome = await run(sandbox, "npm", "run", "--silent", "hello")
    assert outcome.text == "42", outcome.stderr


async def test_npm_says_soon_that_there_is_no_network(sandbox: LocalSandbox) -> None:
    if not os.path.exists("/usr/bin/npm"):
        pytest.skip("there is no npm on this host")
    outcome = await run(sandbox, "npm", "install", "left-pad")
    assert b"getaddrinfo" in outcome.stderr


async def test_home_and_tmp_are_writable(sandbox: LocalSandbox) -> None:
    outcome = await shell(sandbox, "cd && pwd && touch a && touch /tmp/b && whoami && cat a")
    assert outcome.text == "/home/sandbox\nsandbox"


async def test_a_terminal_gives_code_nothing_but_the_terminal(sandbox: LocalSandbox) -> None:
    """The master is the host's, and so are the channel and what opened it."""
    terminal = await sandbox.open_terminal(TerminalSpec(["cat"]))
    code = next(process for process in tree(sandbox.host_pid) if process.text("cmdline") == "cat\0")
    # While it starts it opens libraries.
    await until(lambda: set(code.files()) == {0, 1, 2})
    assert {target.rpartition("/")[0] for target in code.files().values()} == {"/dev/pts"}
    # The keeper, which is closed to the code as well, lets go of the master as soon as the host has it.
    await until(lambda: not [t for p in tree(sandbox.host_pid) for t in p.files().values() if "ptmx" in t])
    await terminal.terminate(grace_ms=0)


async def test_what_listens_for_the_host_is_nobodys_inside(sandbox: LocalSandbox) -> None:
    """Code can connect to it, which it is for, but neither hold the socket nor have its port."""
    listener = await sandbox._machine.listen(EGRESS_PORT)
    assert not isinstance(listener, int)
    script = f"""
import socket
thief = socket.socket()
for option in (socket.SO_REUSEADDR, socket.SO_REUSEPORT):
    thief.setsockopt(socket.SOL_SOCKET, option, 1)
try:
    thief.bind(("127.0.0.1", {EGRESS_PORT}))
    thief.listen()
except OSError:
    socket.create_connection(("127.0.0.1", {EGRESS_PORT})).sendall(b"held off")
"""
    outcome = await python(sandbox, script)
    assert outcome.status.exit_code == 0, outcome.stderr
    visitor, _ = listener.accept()
    with listener, visitor:
        visitor.setblocking(True)
        assert visitor.recv(64) == b"held off"
