"""Folders of templates that tests write, for the real source to read."""

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

DEFAULT_FILES: Mapping[str, bytes] = {"README.md": b"# A template\n", "run.sh": b"#!/bin/sh\necho ran\n"}


def write_template(
    root: Path,
    slug: str,
    *,
    name: str | None = None,
    description: str = "",
    type_: str = "node",
    category: str = "backend",
    tags: Sequence[str] = (),
    files: Mapping[str, bytes] = DEFAULT_FILES,
) -> None:
    """Write the template `slug` below `root`, in the place of one that is there."""
    shutil.rmtree(root / slug, ignore_errors=True)
    (root / slug / "files").mkdir(parents=True)
    for path, data in files.items():
        target = root / slug / "files" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    fields: dict[str, object] = {
        "name": slug.title() if name is None else name,
        "description": description,
        "type": type_,
        "category": category,
        "tags": list(tags),
        "start_command": "sh run.sh",
        "required_tools": ["sh"],
    }
    # A JSON string or list of strings is one of TOML too.
    lines = "".join(f"{field} = {json.dumps(value)}\n" for field, value in fields.items())
    (root / slug / "template.toml").write_text(lines)


def remove_template(root: Path, slug: str) -> None:
    """Take the template `slug` away."""
    shutil.rmtree(root / slug)
