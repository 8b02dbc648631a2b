"""The zip holds what the agent imports, no more and no less, and nothing but the standard library besides."""

import ast
import importlib.util
import io
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from aura_gql.sandboxes.providers.remote.bundle import MODULES, agent_bundle

ROOTS = ("birth", "main")
INSIDE = "aura_gql.sandboxes.providers.remote.inside"


def _source(module: str) -> str | None:
    found = importlib.util.find_spec(module)
    return None if found is None or found.origin is None else Path(found.origin).read_text(encoding="utf-8")


def _imports(module: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(_source(module) or "")):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (
                name
                for name in (f"{node.module}.{alias.name}" for alias in node.names)
                if name.startswith("aura_gql") and _is_module(name)
            )


def _is_module(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def _closure() -> tuple[set[str], set[str]]:
    """Our modules that the agent imports, and the first names of all others."""
    ours, others = set[str](), set[str]()
    coming = [f"{INSIDE}.{root}" for root in ROOTS]
    while coming:
        name = coming.pop()
        if not name.startswith("aura_gql"):
            others.add(name.partition(".")[0])
        elif name not in ours:
            ours.add(name)
            coming += [*_imports(name), *([name.rpartition(".")[0]] if "." in name else [])]
    return ours, others


def test_it_holds_what_is_imported() -> None:
    ours, others = _closure()
    bundled = {f"{package}.{name}" for package, names in MODULES.items() for name in names.split()} | set(MODULES)
    assert bundled == ours
    assert others <= sys.stdlib_module_names


def test_the_same_sources_give_the_same_bytes() -> None:
    first = agent_bundle()
    agent_bundle.cache_clear()
    second = agent_bundle()
    assert first == second
    assert first is not second
    names = zipfile.ZipFile(io.BytesIO(first.data)).namelist()
    assert len(names) == len(set(names)) == 2 * len([name for name in names if name.endswith(".py")])


def test_python_runs_it_without_any_package(tmp_path: Path) -> None:
    path = tmp_path / "agent.zip"
    path.write_bytes(agent_bundle().data)
    script = f"import sys; sys.path.insert(0, sys.argv[1]); import {INSIDE}.main as main; print(main.__file__)"
    for python in (sys.executable, "/usr/bin/python3"):
        command = [python, "-I", "-S", "-B", "-c", script, str(path)]
        said = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
        assert said.startswith(str(path))
