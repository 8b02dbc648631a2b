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
