"""The bundled starters under a configuration."""

import json
from typing import Any, cast

from aura_gql.projects.configuration.configure import configure
from aura_gql.projects.configuration.workspace import Workspace
from aura_gql.projects.records import ProjectConfiguration
from aura_gql.templates.sources.bundled import BUNDLED_FOLDER


def starter(slug: str) -> dict[str, bytes]:
    """The files of a starter."""
    root = BUNDLED_FOLDER / slug / "files"
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def workspace(**files: str) -> Workspace:
    """A workspace of files that are named without their dots: `package_json="{}"` makes `package.json`."""
    return Workspace({name.replace("_", ".").replace("..", "/"): text.encode() for name, text in files.items()})


def configured(files: dict[str, bytes], configuration: ProjectConfiguration) -> dict[str, str]:
    """All files as they are afterwards, as text; a second time must change nothing more."""
    result = _applied(files, configuration)
    assert _applied(files, configuration) == result
    again = _applied(result, configuration)
    assert again == result
    return {path: data.decode() for path, data in result.items()}


def manifest_of(files: dict[str, str]) -> dict[str, Any]:
    """The package.json of files."""
    return cast("dict[str, Any]", json.loads(files["package.json"]))


def _applied(files: dict[str, bytes], configuration: ProjectConfiguration) -> dict[str, bytes]:
    changes = configure(configuration, files)
    kept = {path: data for path, data in files.items() if path not in changes.removed}
    return {**kept, **changes.written}
