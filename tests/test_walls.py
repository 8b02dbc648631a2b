"""The import contracts, each broken once by an import planted in a copy of the package."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINTER = Path(sys.executable).with_name("lint-imports")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package and its contracts, free to be spoilt."""
    folder = tmp_path_factory.mktemp("walls")
    shutil.copytree(ROOT / "aura_gql", folder / "aura_gql", ignore=shutil.ignore_patterns("__pycache__", "bundled"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def lint(folder: Path, *contracts: str) -> subprocess.CompletedProcess[str]:
    chosen = [word for contract in contracts for word in ("--contract", contract)]
    return subprocess.run(
        [LINTER, "--no-logo", "--cache-dir", folder / ".cache", *chosen],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_walls_stand(copy: Path) -> None:
    result = lint(copy)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("contract", "module", "planted"),
    [
        ("floors", "kernel/clock.py", "aura_gql.settings"),
        ("floors", "projects/service.py", "aura_gql.files.service"),
        ("floors", "auth/service.py", "aura_gql.storage.ports"),
        ("floors", "executions/service.py", "aura_gql.services"),
        ("floors", "web/__init__.py", "aura_gql.graph.scalars"),
        ("rooms", "projects/documents.py", "aura_gql.projects.service"),
        ("rooms", "projects/errors.py", "aura_gql.projects.records"),
        ("adapters", "sandboxes/registry.py", "aura_gql.sandboxes.providers.local"),
        ("adapters", "graph/scalars.py", "aura_gql.storage.backends.local"),
        ("transport", "files/service.py", "starlette"),
        ("transport", "templates/service.py", "strawberry"),
        ("database", "graph/scalars.py", "pymongo"),
        ("web", "web/__init__.py", "strawberry"),
        ("sdks", "storage/ports.py", "botocore"),
        ("sdks", "sandboxes/providers/local/limits.py", "e2b"),
        ("kernel", "kernel/clock.py", "pydantic"),
    ],
)
def test_a_planted_import_is_found(copy: Path, contract: str, module: str, planted: str) -> None:
    path = copy / "aura_gql" / module
    clean = path.read_text(encoding="utf-8")
    path.write_text(f"{clean}\nimport {planted}  # planted\n", encoding="utf-8")
    try:
        result = lint(copy, contract)
    finally:
        path.write_text(clean, encoding="utf-8")
    name = f"aura_gql/{module}".removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    assert result.returncode == 1, result.stdout + result.stderr
    assert f"{name} -> {planted}" in " ".join(result.stdout.split())


def test_a_room_without_a_floor_is_found(copy: Path) -> None:
    path = copy / "aura_gql" / "attic.py"
    path.write_text('"""A room that no contract names."""\n', encoding="utf-8")
    try:
        assert lint(copy, "floors").returncode == 1
    finally:
        path.unlink()
