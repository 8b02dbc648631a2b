"""Bringing the agent to a machine, and what is said where it can't run there."""

import subprocess
from pathlib import Path

import pytest

from aura_gql.kernel.errors import ProviderUnavailable
from aura_gql.sandboxes.providers.remote.bundle import Bundle, agent_bundle
from aura_gql.sandboxes.providers.remote.launching import (
    MISSING,
    NO_PYTHON,
    OLD_PYTHON,
    Launcher,
    bundle_path,
    command_line,
)
from tests.support.processes import run
from tests.support.vendors.remote import TryoutWorld

# A python3 that takes itself for an older one.
OLD = """#!/bin/sh
shift 4
exec /usr/bin/python3 -I -S -c "import sys; sys.version_info = (3, 10, 13); exec(sys.argv[1])" "$1"
"""

pytestmark = pytest.mark.asyncio(loop_scope="module")


def _said(home: Path, path: str) -> bytes:
    command = ["/bin/sh", "-c", command_line(str(home), agent_bundle())]
    return subprocess.run(command, stdout=subprocess.PIPE, env={"PATH": path}, timeout=60).stdout.strip()


async def test_the_machine_says_what_is_missing(tmp_path: Path) -> None:
    line = command_line(str(tmp_path), agent_bundle())
    assert "\n" not in line
    assert len(line) < 1500
    for word in (MISSING, NO_PYTHON, OLD_PYTHON):
        assert word.decode() not in line
    assert _said(tmp_path, "/nowhere") == NO_PYTHON
    assert _said(tmp_path, "/usr/bin:/bin") == MISSING
    there = Path(bundle_path(str(tmp_path), agent_bundle()))
    there.parent.mkdir()
    there.write_bytes(agent_bundle().data)
    (tmp_path / "python3").write_text(OLD)
    (tmp_path / "python3").chmod(0o755)
    assert _said(tmp_path, f"{tmp_path}:/usr/bin:/bin") == OLD_PYTHON


async def test_it_is_brought_once_and_found_then(tryout: TryoutWorld) -> None:
    box = await tryout.create("brought")
    await run(box, "true")
    (machine,) = [each for each in tryout.vendor.machines.values() if each.wish.sandbox_id == "brought"]
    assert (machine.uploads, len(machine.launched)) == (1, 2)
    await box._channel.drop()
    await run(box, "true")
    assert (machine.uploads, len(machine.launched)) == (1, 3)
    await box.stop()


async def test_why_it_does_not_start_is_said_in_words(tryout: TryoutWorld) -> None:
    box = await tryout.create("broken")
    await run(box, "true")
    with pytest.raises(ProviderUnavailable, match=r"did not start\. ModuleNotFoundError"):
        await Launcher(box._machine, lambda: Bundle(b"no zip at all", "0")).start()
    await box.stop()
