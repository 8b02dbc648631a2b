"""CPU time and threads, counted from outside."""

import subprocess
import sys

from aura_gql.sandboxes.providers.local.disk import Usage
from aura_gql.sandboxes.providers.local.figures import MachineGauge, tree_figures

# A name that looks like the fields behind it; a child that used 0.2 s and was waited for; three threads.
PROGRAM = """
import ctypes, subprocess, sys, threading, time
ctypes.CDLL(None).prctl(15, b"a) R 9 9 9", 0, 0, 0)
subprocess.run([sys.executable, "-c", "import time\\nwhile time.process_time() < 0.2: pass"], check=True)
for _ in range(2):
    threading.Thread(target=sys.stdin.read, daemon=True).start()
print("ready", flush=True)
time.sleep(600)
"""


def test_counts_what_has_ended_and_what_runs() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        figures = tree_figures(process.pid)
        process.kill()
    assert figures.cpu_time_ms >= 200
    assert figures.threads == 3
    assert tree_figures(process.pid).threads == 0


def test_a_gauge_reads_proc_where_no_group_counts_and_never_falls() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        gauge = MachineGauge(process.pid, None, 1 << 30, lambda: Usage(size=5, files=2))
        now = gauge.read()
        process.kill()
        process.wait()
        later = gauge.read()
    assert (now.disk_bytes, now.disk_files, now.processes) == (5, 2, 1)
    assert now.memory_bytes
    assert (later.cpu_time_ms or 0) >= (now.cpu_time_ms or 0)
    assert (later.processes, later.memory_bytes) == (0, 0)
