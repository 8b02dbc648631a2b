"""A package.json, edited so that its order and its two-space layout stay."""

import json
import re
from collections.abc import Mapping
from typing import Any

from aura_gql.projects.configuration.workspace import Workspace

MANIFEST = "package.json"
_RUNTIME, _DEVELOPMENT = "dependencies", "devDependencies"
_SECTIONS = (_RUNTIME, _DEVELOPMENT, "peerDependencies", "optionalDependencies")
_SURROGATE = re.compile("[\ud800-\udfff]")
_MAJOR = re.compile(r"[~^>=v\s]*(\d{1,6})")


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON.")


class Manifest:
    """The package.json of a workspace. Nothing is written until `save`."""

    def __init__(self, fields: dict[str, Any]) -> None:
        self._fields = fields
        self._before = self.text()

    @classmethod
    def of(cls, workspace: Workspace) -> "Manifest | None":
        """The manifest, None where there is none or it is not a JSON object."""
        text = workspace.read(MANIFEST)
        if text is None:
            return None
        try:
            # A byte order mark is nothing to npm.
            fields = json.loads(text.removeprefix("\ufeff"), parse_constant=_no_constant)
        except (ValueError, RecursionError):
            return None
        return cls(fields) if isinstance(fields, dict) else None

    def save(self, workspace: Workspace) -> None:
        """Write it back, if anything changed."""
        if self.text() != self._before:
            workspace.write(MANIFEST, self.text())

    def text(self) -> str:
        """The file as it will be."""
        text = json.dumps(self._fields, indent=2, ensure_ascii=False)
        # Half of a pair, written as an escape, is JSON; as a character it is not UTF-8.
        return (json.dumps(self._fields, indent=2) if _SURROGATE.search(text) else text) + "\n"

    @property
    def is_module(self) -> bool:
        """Whether its `.js` files are ES modules."""
        return self._fields.get("type") == "module"

    def has(self, *names: str) -> bool:
        """Whether it names any of the packages, in whichever section."""
        return any(name in self._section(section) for section in _SECTIONS for name in names)

    def version_of(self, name: str) -> str | None:
        """The range asked for, of the first section that names the package."""
        found = (self._section(section).get(name) for section in _SECTIONS)
        return next((str(version) for version in found if version is not None), None)

    def major_of(self, name: str) -> int | None:
        """The first major version that the range of a package takes; None where that is whichever is the latest."""
        found = _MAJOR.match(self.version_of(name) or "")
        return int(found[1]) if found else None

    def add(self, name: str, version: str, *, dev: bool) -> None:
        """Ask for a package in this version and this section, and in no other of the two; the section is sorted."""
        section, other = (_DEVELOPMENT, _RUNTIME) if dev else (_RUNTIME, _DEVELOPMENT)
        if name in self._section(other):
            self._fields[other] = {key: value for key, value in self._section(other).items() if key != name}
        self._fields[section] = dict(sorted({**self._section(section), name: version}.items()))

    def add_tools(self, versions: Mapping[str, str]) -> None:
        """Ask for development packages; those it names already keep their version and section."""
        for name, version in versions.items():
            if not self.has(name):
                self.add(name, version, dev=True)

    @property
    def scripts(self) -> dict[str, str]:
        """The scripts that are text, by name; a copy."""
        return {name: script for name, script in self._section("scripts").items() if isinstance(script, str)}

    def set_script(self, name: str, command: str) -> None:
        """Add or replace a script."""
        self._fields["scripts"] = {**self._section("scripts"), name: command}

    def add_script(self, name: str, command: str, *, otherwise: str | None = None) -> None:
        """Add a script, under the name `otherwise` where there is another of this name; a script is never replaced."""
        for free in (name, otherwise):
            if free is None or self._section("scripts").get(free) == command:
                return
            if free not in self._section("scripts"):
                self.set_script(free, command)
                return

    def get(self, key: str) -> object:
        """A field at the top, None where it has none."""
        return self._fields.get(key)

    def set(self, key: str, value: object) -> None:
        """Add or replace a field at the top."""
        self._fields[key] = value

    def _section(self, name: str) -> dict[str, Any]:
        section = self._fields.get(name)
        return section if isinstance(section, dict) else {}
