"""The `aura-gql` command: what it answers to anything, and how it fails."""

import subprocess
import sys
from pathlib import Path

from aura_gql import __version__
from tests.support.commands import aura_gql, clean_environment


def test_its_version(tmp_path: Path) -> None:
    result = aura_gql("--version", cwd=tmp_path)
    assert (result.returncode, result.stdout, result.stderr) == (0, f"aura-gql {__version__}\n", "")


def test_wrong_usage_is_2(tmp_path: Path) -> None:
    result = aura_gql("frobnicate", cwd=tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    assert "invalid choice: 'frobnicate'" in result.stderr


def test_a_wrong_setting_is_2_and_one_line(tmp_path: Path) -> None:
    for command in (["dev"], ["doctor"], ["token", "--email", "a@b.c"]):
        result = aura_gql(*command, cwd=tmp_path, settings={"PORT": "web"})
        assert (result.returncode, result.stdout) == (2, "")
        assert result.stderr.startswith("aura-gql: PORT: ")
        assert result.stderr.count("\n") == 1


def test_help_needs_nothing_heavy() -> None:
    program = "import sys, aura_gql.__main__, aura_gql.commands.parser as p; p.build_parser(); print(*sys.modules)"
    told = subprocess.run(
        [sys.executable, "-c", program], env=clean_environment(), capture_output=True, text=True, check=True, timeout=60
    )
    assert not {"strawberry", "beanie", "pymongo", "starlette", "uvicorn", "aura_gql.app"} & set(told.stdout.split())


def test_a_reader_that_leaves_is_no_traceback(tmp_path: Path) -> None:
    """As in `aura-gql export-schema | head -1`."""
    with subprocess.Popen(
        [sys.executable, "-m", "aura_gql", "export-schema"],
        cwd=tmp_path,
        env=clean_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(timeout=60) == 1
