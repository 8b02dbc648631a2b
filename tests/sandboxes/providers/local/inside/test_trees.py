"""Finding and ending process trees."""

import os
import subprocess

from aura_gql.sandboxes.providers.local.inside.trees import children_of, kill_tree, with_descendants


def test_finds_and_kills_a_tree_that_forks_on() -> None:
    script = "(while :; do sleep 0.001; done) & (setsid sleep 600 &) ; echo; while :; do sleep 0.001 & wait; done"
    with subprocess.Popen(["sh", "-c", script], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert process.pid in children_of(os.getpid())
        children = children_of(process.pid)
        assert children
        assert set(with_descendants([process.pid])) > {process.pid}
        kill_tree(lambda: with_descendants([process.pid]) if process.poll() is None else [], process.poll)
        assert process.wait() == -9


def test_what_has_gone_has_no_children() -> None:
    pid = os.posix_spawn("/bin/true", ["true"], {})
    os.waitpid(pid, 0)
    assert children_of(pid) == []
    assert with_descendants([pid, pid]) == [pid]
