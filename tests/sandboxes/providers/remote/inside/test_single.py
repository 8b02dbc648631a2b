"""There is one agent a machine: the last that came."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from aura_gql.sandboxes.providers.remote.inside.single import take_place

HOLD = """
import sys, time
from aura_gql.sandboxes.providers.remote.inside.single import take_place
take_place(sys.argv[1])
print("held", flush=True)
time.sleep(600)
"""


def test_who_comes_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    path = str(tmp_path / "lock")
    before = subprocess.Popen([sys.executable, "-c", HOLD, path], stdout=subprocess.PIPE)
    assert before.stdout is not None
    with before.stdout:
        assert before.stdout.readline() == b"held\n"
        held = take_place(path)
        assert before.wait(60) == -signal.SIGKILL
    os.close(held)
    os.close(take_place(path))
