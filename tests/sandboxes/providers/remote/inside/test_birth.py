"""A supervisor that is not PID 1: it takes orders, and nothing that it started outlives whoever gave them."""

import subprocess
import sys

# It starts a daemon through the supervisor, tells its pid and ends without a word, or by force.
SCRIPT = """
import os, signal, socket, sys
from aura_gql.sandboxes.providers.remote.inside.birth import fork_supervisor
supervisor, control = fork_supervisor()
channel = socket.socket(fileno=control)
assert channel.recv(100) == b"ready %d" % supervisor
ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
stdin, output = os.open("/dev/null", os.O_RDONLY), os.pipe()
order = ["start", "/", "4:0", "3", "sh", "-c", "setsid sleep 600 & echo $!; exec sleep 600", "PATH=/usr/bin:/bin"]
message = "\\0".join(order).encode()
socket.send_fds(channel, [message], [theirs.fileno(), stdin, output[1], output[1]])
theirs.close()
word, keeper = ours.recv(100).split()
assert word == b"started"
daemon = os.read(output[0], 100).decode().strip()
assert os.path.exists(f"/proc/{daemon}")
os.kill(int(keeper), signal.SIGSTOP)  # it can't see to that by itself
print(daemon, supervisor, flush=True)
if sys.argv[1] == "killed":
    os.kill(os.getpid(), signal.SIGKILL)
"""


def _run(how: str) -> list[str]:
    command = [sys.executable, "-c", SCRIPT, how]
    return subprocess.run(command, capture_output=True, text=True, timeout=60).stdout.split()


def test_what_it_started_ends_with_its_agent() -> None:
    # Whoever holds the agent's stdout has ended when `run` returns, as far as it is no child of the supervisor's.
    for how in ("ended", "killed"):
        pids = _run(how)
        assert len(pids) == 2
        for pid in pids:
            subprocess.run(["tail", f"--pid={pid}", "-s", "0.01", "-f", "/dev/null"], timeout=60, check=True)
