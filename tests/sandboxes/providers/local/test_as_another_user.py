"""Where the tests run as root, the mode for ordinary users is proved by running them once more as one."""

import asyncio
import os
import shutil
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from aura_gql.sandboxes.providers.local.bundle import INNER_PYTHON

REPOSITORY = Path(__file__).parents[4]
SUITES = (
    "test_contract.py",
    "test_isolation_abuse.py",
    "test_bombs.py",
    "test_resource_abuse.py",
    "test_process.py",
    "test_probe.py",
    "test_pool.py",
    "test_killed_server.py",
    "test_planted.py test_terminal.py test_dialing.py test_watchdog.py egress/test_proxies.py",
)
# One that root could start for the user may lie where the user can't start it again.
REACHABLE = "import subprocess, sys, pytest, tests.conftest; subprocess.run([sys.executable, '-c', ''], check=True)"
# A user of its own for each: they run beside each other, and the kernel counts processes by user.
UIDS = {suite: 64_000 + place for place, suite in enumerate(SUITES)}


@pytest.fixture
def home(suite: str) -> Iterator[Path]:
    """A folder of the user who runs the suite."""
    folder = Path(tempfile.mkdtemp(prefix="aura-stranger-"))
    os.chown(folder, UIDS[suite], UIDS[suite])
    yield folder
    shutil.rmtree(folder)


async def run_as(uid: int, home: Path, python: str, *arguments: str) -> tuple[int | None, str]:
    """Run an interpreter as a user, with our packages and nothing of our environment."""
    packages = os.pathsep.join((str(REPOSITORY), sysconfig.get_path("purelib")))
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(home), "PYTHONPATH": packages, "PYTHONDONTWRITEBYTECODE": "1"}
    process = await asyncio.create_subprocess_exec(
        *("setpriv", "--reuid", str(uid), "--regid", str(uid), "--clear-groups", "--"),
        python,
        *arguments,
        cwd=REPOSITORY,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    return process.returncode, output.decode(errors="replace")


@pytest.mark.timeout(400)
@pytest.mark.skipif(os.geteuid() != 0, reason="the other tests of this folder run as an ordinary user already")
@pytest.mark.skipif(shutil.which("setpriv") is None, reason="there is no setpriv on this host")
@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.partition(" ")[0])
async def test_the_user_mode_passes_as_well(home: Path, suite: str) -> None:
    for python in (sys.executable, INNER_PYTHON):
        status, _ = await run_as(UIDS[suite], home, python, "-c", REACHABLE)
        if status == 0:
            break
    else:
        pytest.skip("an ordinary user can't reach an interpreter that has these packages")
    options = ["-q", "-x", "-p", "no:cacheprovider", f"--basetemp={home}/tmp"]
    tests = [str(Path(__file__).parent / name) for name in suite.split()]
    status, output = await run_as(UIDS[suite], home, python, "-m", "pytest", *options, *tests)
    assert status == 0, output
