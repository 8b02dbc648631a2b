"""The supervisor's one file."""

import subprocess
from importlib import resources
from pathlib import Path

import pytest

from aura_gql.kernel.errors import ProviderUnavailable
from aura_gql.sandboxes.providers.local import bundle


def test_it_holds_every_inner_module_and_runs(tmp_path: Path) -> None:
    inner = {
        Path(str(entry)).stem for entry in resources.files(bundle.INNER_PACKAGE).iterdir() if entry.name.endswith(".py")
    }
    assert set(bundle.INNER_MODULES) == inner - {"__init__"}
    target = tmp_path / "supervisor.pyc"
    bundle.build_supervisor(target)
    assert list(tmp_path.iterdir()) == [target]
    command = [bundle.INNER_PYTHON, "-I", "-S", "-B", str(target)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "IndexError" in run.stderr  # it went as far as to look for its control socket


def test_it_imports_no_python_modules(tmp_path: Path) -> None:
    target = tmp_path / "supervisor.pyc"
    bundle.build_supervisor(target)
    command = [bundle.INNER_PYTHON, "-I", "-S", "-B", "-X", "importtime", str(target)]
    imported = subprocess.run(command, capture_output=True, text=True, check=False).stderr
    for heavy in ("socket", "signal", "enum", "ctypes", "collections", "functools"):
        assert f"| {heavy}\n" not in imported.replace("|   ", "| ")


def test_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "INNER_PYTHON", str(tmp_path / "python3"))
    with pytest.raises(ProviderUnavailable, match="install python3"):
        bundle.build_supervisor(tmp_path / "supervisor.pyc")
    monkeypatch.setattr(bundle, "INNER_PYTHON", "/bin/false")
    with pytest.raises(ProviderUnavailable, match="could not compile"):
        bundle.build_supervisor(tmp_path / "supervisor.pyc")
