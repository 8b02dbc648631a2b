"""Where project templates come from."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class DependencyKind(StrEnum):
    """Which list of the package manifest names a dependency."""

    RUNTIME = "RUNTIME"
    DEVELOPMENT = "DEVELOPMENT"
    PEER = "PEER"
    OPTIONAL = "OPTIONAL"


@dataclass(frozen=True, slots=True)
class TemplateDependency:
    """A package that a template asks for, with the version range as its manifest has it."""

    name: str
    version: str
    kind: DependencyKind


@dataclass(frozen=True, slots=True)
class TemplateFile:
    """One file of a template, its path relative to the project folder with `/` between the parts."""

    path: str
    data: bytes
    executable: bool = False


@dataclass(frozen=True, slots=True)
class TemplateBundle:
    """A template as its source has it. `slug` is its key; `revision` changes whenever anything of it does."""

    slug: str
    name: str
    description: str
    type: str
    category: str
    tags: Sequence[str]
    start_command: str
    required_tools: Sequence[str]
    dependencies: Sequence[TemplateDependency]
    files: Sequence[TemplateFile]
    revision: str


class TemplateSource(Protocol):
    """A place that templates come from: bundled with the server, or (later) a repository on GitHub."""

    @property
    def name(self) -> str:
        """The word that marks its templates, e.g. `bundled`."""
        ...

    async def load(self) -> Sequence[TemplateBundle]:
        """Every template of the source, whole. Blocking work stays off the event loop."""
        ...
