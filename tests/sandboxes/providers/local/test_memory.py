"""Adding up a tree's memory."""

import os
import subprocess
import sys

from aura_gql.sandboxes.providers.local.memory import process_tree, tree_memory

MIB = 1 << 20

FAMILY = """
import mmap, os, sys
shared = mmap.mmap(-1, 50 << 20)
shared.write(bytes(50 << 20))
for _ in range(3):
    if os.fork() == 0:
        shared.seek(0)
        shared.read()
        break
os.write(1, b"ready\\n")
sys.stdin.read()
"""

TABLES = """
import mmap, os, sys, tempfile
with tempfile.TemporaryFile() as file:
    file.truncate(64 << 20)
    held = [mmap.mmap(file.fileno(), 64 << 20, mmap.MAP_SHARED, mmap.PROT_READ) for _ in range(400)]
for each in held:
    for at in range(0, 64 << 20, 2 << 20):
        each[at]
os.write(1, b"ready\\n")
sys.stdin.read()
"""


def test_counts_page_tables() -> None:
    with subprocess.Popen([sys.executable, "-c", TABLES], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        assert tree_memory(process.pid, 1 << 40) > 25 * MIB
        assert tree_memory(process.pid, 0) > 25 * MIB


def test_counts_shared_memory_once_when_it_matters() -> None:
    with subprocess.Popen([sys.executable, "-c", FAMILY], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        for _ in range(4):
            assert parent.stdout.readline() == b"ready\n"
        assert len(process_tree(parent.pid)) == 4
        rough = tree_memory(parent.pid, 1 << 40)
        exact = tree_memory(parent.pid, 0)
        assert rough > 200 * MIB
        assert 50 * MIB < exact < 150 * MIB


def test_what_has_gone_counts_nothing() -> None:
    child = os.posix_spawn("/bin/true", ["true"], {})
    os.waitpid(child, 0)
    assert tree_memory(child, 0) == 0
    assert process_tree(child) == [child]
