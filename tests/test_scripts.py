"""The scripts that people and CI run, and the locks that they install from."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parents[1]
SCRIPTS = sorted(path for path in [*(ROOT / "scripts").iterdir(), ROOT / ".ci" / "run"] if path.suffix == "")
LOCKS = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "requirements").glob("*.lock")}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]

_PIN = re.compile(
    r"^(?P<name>[a-z0-9.-]+)==(?P<version>\S+)(?: ; .*?)?(?P<hashes>(?: \\\n    --hash=sha256:[0-9a-f]{64})+)$", re.M
)


def pins(lock: str) -> dict[str, str]:
    return {found["name"]: found["version"] for found in _PIN.finditer(LOCKS[lock])}


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_one_that_runs(path: Path) -> None:
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    assert path.stat().st_mode & 0o111
    if "bash" in first:
        assert subprocess.run(["bash", "-n", path], check=False, timeout=30).returncode == 0


@pytest.mark.parametrize("lock", sorted(LOCKS))
def test_a_lock_is_pins_and_hashes_alone(lock: str) -> None:
    assert "://" not in LOCKS[lock]
    assert _PIN.sub("", LOCKS[lock]).strip() == ""
    assert pins(lock).items() <= pins("dev").items()


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [
        ("server", [*PROJECT["project"]["dependencies"], *EXTRAS["redis"]]),
        ("embedded", [*PROJECT["project"]["dependencies"], *EXTRAS["embedded"]]),
        ("dev", [*PROJECT["project"]["dependencies"], *(name for extra in EXTRAS.values() for name in extra)]),
        ("build", PROJECT["dependency-groups"]["build"]),
    ],
)
def test_a_lock_holds_what_the_project_wants(lock: str, wanted: list[str]) -> None:
    locked = pins(lock)
    for requirement in map(Requirement, wanted):
        name = re.sub(r"[-_.]+", "-", requirement.name).lower()
        version = locked.get(name)
        assert version, f"{name} is not in requirements/{lock}.lock: run scripts/lock"
        assert requirement.specifier.contains(Version(version), prereleases=True), f"{name}: run scripts/lock"


def test_install_refuses_what_it_does_not_know() -> None:
    refused = subprocess.run(
        [ROOT / "scripts" / "install", "everything"], capture_output=True, text=True, check=False, timeout=30
    )
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == "usage: scripts/install [embedded|dev]\n"


@pytest.mark.skipif(
    Path(sys.prefix) != ROOT / ".venv" or not (ROOT / ".venv" / "dev.stamp").exists(),
    reason="these tests don't run in the .venv that scripts/install makes",
)
@pytest.mark.parametrize("mode", ["embedded", "dev"])
def test_install_does_nothing_when_nothing_changed(mode: str) -> None:
    command = [str(ROOT / "scripts" / "install"), mode]
    subprocess.run(command, capture_output=True, check=True, timeout=170)  # pytest may have been run by hand
    again = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A copy of the repository's first files beside `bin`, a PATH of the few tools that every system has."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for tool in ("bash", "cat", "cksum", "dirname", "env", "pwd", "uname"):
        found = subprocess.run(
            ["bash", "-c", f"type -P {tool}"], capture_output=True, text=True, check=True, timeout=30
        )
        (tools / tool).symlink_to(found.stdout.strip())
    plant(tools / "id", "echo 1000")
    for name in ("scripts/install", "pyproject.toml", *(f"requirements/{lock}.lock" for lock in LOCKS)):
        copy = tmp_path / "copy" / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes((ROOT / name).read_bytes())
    return tmp_path


def plant(program: Path, script: str) -> None:
    program.write_text(f"#!/bin/bash\n{script}\n")
    program.chmod(0o755)


def install_in(bare: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/bash", bare / "copy" / "scripts" / "install"],
        env={"PATH": str(bare / "bin")},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def test_install_names_the_missing_python(bare: Path) -> None:
    failed = install_in(bare)
    assert (failed.returncode, failed.stdout) == (1, "")
    assert failed.stderr.startswith("install: no Python 3.11 to 3.14 found on PATH; install one")


def test_install_passes_an_old_python_over(bare: Path) -> None:
    plant(bare / "bin" / "python3", "exit 1")
    plant(bare / "bin" / "python3.12", 'case "$2" in *print*) echo 3.12 ;; *ensurepip*) exit 1 ;; esac')
    failed = install_in(bare)
    assert (failed.returncode, failed.stdout) == (1, "")
    assert failed.stderr == (
        "install: Python 3.12 can't make virtual environments here; run: sudo apt-get install python3.12-venv\n"
    )
