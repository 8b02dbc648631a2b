"""What hostile code tries in a sandbox, in every mode; each attempt is judged by its own errors or from outside."""

import os
import socket
from pathlib import Path

import pytest

from aura_gql.sandboxes.providers.local.provider import LocalProvider
from aura_gql.sandboxes.providers.local.sandbox import LocalSandbox
from aura_gql.sandboxes.values import Command, SandboxSpec
from tests.support.local_sandbox import host_pids
from tests.support.processes import finished, python, run, shell

pytestmark = pytest.mark.asyncio(loop_scope="module")

PERMITTED = "worked"

# Runs one attempt and says how it failed; an attempt that works says so.
HARNESS = """
import ctypes, errno, os, socket, stat, sys
libc = ctypes.CDLL(None, use_errno=True)
def syscall(number, *arguments):
    result = libc.syscall(number, *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result
try:
    ATTEMPT
except OSError as error:
    print(errno.errorcode.get(error.errno, error))
else:
    print("worked")
"""

SYSTEM_CALLS = {
    "unshare a user namespace": "syscall(272, 0x10000000)",
    "unshare a mount namespace": "syscall(272, 0x20000)",
    "clone into a new network": "syscall(56, 0x40000011, 0, 0, 0, 0)",
    "clone3": "syscall(435, 0, 0)",
    "setns": "syscall(308, 0, 0)",
    "mount": "syscall(165, b'none', b'/tmp', b'tmpfs', 0, 0)",
    "open a mount tree": "syscall(428, -100, b'/', 1)",
    "chroot": "os.chroot('/tmp')",
    "ptrace PID 1": "syscall(101, 16, 1, 0, 0)",
    "read PID 1's memory by call": "syscall(310, 1, 0, 0, 0, 0, 0)",
    "take PID 1's descriptor": "syscall(438, os.pidfd_open(1), 0, 0)",
    "io_uring": "syscall(425, 8, ctypes.create_string_buffer(120))",
    "bpf": "syscall(321, 0, 0, 0)",
    "keyctl": "syscall(250, 0, 0, 0, 0, 0)",
    "add_key": "syscall(248, b'user', b'a', b'b', 1, -3)",
    "perf events": "syscall(298, 0, 0, -1, -1, 0)",
    "userfaultfd": "syscall(323, 0)",
    "open by handle": "syscall(304, 0, 0, 0)",
    "load a kernel": "syscall(246, 0, 0, 0, 0)",
    "load a module": "syscall(175, 0, 0, b'')",
    "read the kernel log": "syscall(103, 3, ctypes.create_string_buffer(64), 64)",
    "set the clock": "syscall(227, 0, 0)",
    "rename the host": "socket.sethostname('owned')",
    "a call from the future": "syscall(9999)",
    "a call of the x32 kind": "syscall(0x40000000 + 39)",
    "type into a terminal": "syscall(16, 0, 0x5412, b'x')",
}

SOCKETS = {
    "AF_VSOCK": "socket.socket(40, socket.SOCK_STREAM)",
    "AF_PACKET": "socket.socket(17, socket.SOCK_RAW, 3)",
    "AF_ALG": "socket.socket(38, socket.SOCK_SEQPACKET)",
    "netlink for audit": "socket.socket(16, socket.SOCK_RAW, 9)",
    "raw IP": "socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)",
    "the internet": "socket.create_connection(('1.1.1.1', 53), 2)",
    "the cloud's metadata": "socket.create_connection(('169.254.169.254', 80), 2)",
    "a name": "socket.getaddrinfo('example.com', 80)",
    "IPv6": "socket.create_connection(('2606:4700:4700::1111', 53), 2)",
}

FILES = {
    "write core_pattern": "open('/proc/sys/kernel/core_pattern', 'w')",
    "trigger sysrq": "open('/proc/sysrq-trigger', 'w').write('s')",
    "read the kernel's memory": "open('/proc/kcore', 'rb').read(1)",
    "list PID 1's descriptors": "os.listdir('/proc/1/fd')",
    "read PID 1's environment": "open('/proc/1/environ', 'rb').read()",
    "read PID 1's memory": "open('/proc/1/mem', 'rb').read(1)",
    "change PID 1's OOM score": "open('/proc/1/oom_score_adj', 'w').write('1000')",
    "write to the root": "open('/owned', 'w')",
    "write to /usr": "open('/usr/owned', 'w')",
    "write to /etc": "open('/etc/owned', 'w')",
    "fill /dev": "open('/dev/owned', 'w')",
    "fill /run": "open('/run/owned', 'w')",
    "see the host's home": "os.listdir('/root')",
    "see the host's shadow file": "open('/etc/shadow')",
    "see the host's cgroups": "os.listdir('/sys/fs/cgroup')",
    "see a disk": "open('/dev/sda', 'rb')",
    "make a device": "os.mknod('/tmp/null', 0o600 | stat.S_IFCHR, os.makedev(1, 3))",
    "make a set-uid file": "open('/tmp/a', 'w'); os.chmod('/tmp/a', 0o4755)",
    "create a set-uid file": "os.open('/tmp/b', os.O_CREAT | os.O_WRONLY, 0o6755)",
    "become root": "os.setuid(0)",
    "become somebody": "os.setgid(4242)",
    "get ahead of others": "os.nice(-5)",
}


@pytest.mark.parametrize("name", [*SYSTEM_CALLS, *SOCKETS])
async def test_refuses_calls(sandbox: LocalSandbox, name: str) -> None:
    attempt = {**SYSTEM_CALLS, **SOCKETS}[name]
    outcome = await python(sandbox, HARNESS.replace("ATTEMPT", attempt))
    assert outcome.status.exit_code == 0, outcome.stderr
    assert outcome.text != PERMITTED


@pytest.mark.parametrize("name", [*FILES])
async def test_refuses_files_and_identities(sandbox: LocalSandbox, name: str) -> None:
    outcome = await python(sandbox, HARNESS.replace("ATTEMPT", FILES[name]))
    assert outcome.status.exit_code == 0, outcome.stderr
    assert outcome.text != PERMITTED


async def test_set_uid_programs_give_nothing(sandbox: LocalSandbox) -> None:
    outcome = await shell(sandbox, "su -c id </dev/null; mount -t tmpfs none /tmp; id -u")
    assert outcome.text.splitlines()[-1] != "0"
    assert "uid=0" not in outcome.text


async def test_int_0x80_kills(sandbox: LocalSandbox) -> None:
    source = 'int main(void) { long r = 20; __asm__ volatile("int $0x80" : "+a"(r)); return 0; }'
    compiled = await run(sandbox, "gcc", "-x", "c", "-o", "old", "-", stdin=source.encode())
    if compiled.status.exit_code:
        pytest.skip("there is no working gcc on this host")
    assert (await run(sandbox, "./old")).status.signal == 31


async def test_the_hosts_network_is_out_of_reach(sandbox: LocalSandbox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        attempt = f"socket.create_connection(('127.0.0.1', {listener.getsockname()[1]}), 2)"
        assert (await python(sandbox, HARNESS.replace("ATTEMPT", attempt))).text == "ECONNREFUSED"


async def test_abstract_sockets_of_the_host_are_out_of_reach(sandbox: LocalSandbox) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("\0aura-abuse")
        listener.listen()
        attempt = "s = socket.socket(socket.AF_UNIX); s.connect(chr(0) + 'aura-abuse')"
        assert (await python(sandbox, HARNESS.replace("ATTEMPT", attempt))).text == "ECONNREFUSED"


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


async def test_environment_is_clean(sandbox: LocalSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BETTER_AUTH_SECRET", "do-not-leak")
    seen = await shell(sandbox, "env; cat /proc/*/environ 2>/dev/null")
    assert b"do-not-leak" not in seen.stdout
    assert b"BETTER_AUTH_SECRET" not in seen.stdout
    assert b"HOME=/home/sandbox" in seen.stdout


async def test_inherits_no_descriptors(sandbox: LocalSandbox) -> None:
    assert (await python(sandbox, "import os; print(len(os.listdir('/proc/self/fd')))")).text == "4"


async def test_neighbours_are_strangers(provider: LocalProvider, sandbox: LocalSandbox, root: Path) -> None:
    neighbour = await provider.create(SandboxSpec("neighbour", "project"))
    process = await neighbour.start_process(Command(["sh", "-c", "echo secret > note; exec sleep 600"]))
    assert (await run(sandbox, "ls", str(root))).status.exit_code == 2
    seen = (await shell(sandbox, "cat /proc/*/cmdline | tr '\\0' ' '; ls -A /project /tmp")).text
    assert "sleep 600" not in seen
    assert "note" not in seen
    await process.terminate(grace_ms=0)
    await neighbour.stop()


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
