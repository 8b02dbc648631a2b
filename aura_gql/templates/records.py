"""Templates as their source gives them, and as the rooms above see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from bson import ObjectId

BLOB_SCOPE: Final = "templates"
"""Where the bytes of every template's files are, whatever its source."""


class DependencyKind(StrEnum):
    """Which list of the package manifest names a dependency."""

    RUNTIME = "RUNTIME"
    DEVELOPMENT = "DEVELOPMENT"
    PEER = "PEER"
    OPTIONAL = "OPTIONAL"


class TemplateOrder(StrEnum):
    """How a list of templates is sorted; the id settles what is equal."""

    POPULAR = "POPULAR"
    NAME = "NAME"
    NEWEST = "NEWEST"
    RELEVANCE = "RELEVANCE"


class TemplateFacetName(StrEnum):
    """What templates are told apart by."""

    CATEGORY = "CATEGORY"
    TYPE = "TYPE"
    TAG = "TAG"
    DEPENDENCY = "DEPENDENCY"


@dataclass(frozen=True, slots=True)
class TemplateDependencyRecord:
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
    """A template as its source has it. `slug` is its key; `revision` changes whenever anything of it does.

    `commit` is the one of the repository that it was found at; that alone makes no new revision. `readme_path` is
    worked out from the paths where the source does not say.
    """

    slug: str
    name: str
    description: str
    type: str
    category: str
    tags: Sequence[str]
    start_command: str
    required_tools: Sequence[str]
    dependencies: Sequence[TemplateDependencyRecord]
    files: Sequence[TemplateFile]
    revision: str
    stackblitz_path: str | None = None
    preview_url: str | None = None
    commit: str | None = None
    readme_path: str | None = None


@dataclass(frozen=True, slots=True)
class SkippedTemplate:
    """A template that its source has but can't read: its `path` there, and why, as a sentence."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class TemplateFilter:
    """What a template has to match: all that is given. `text` as `listing.search` says, the others exactly, every tag.

    `dependency` is the name of a package that its manifest asks for, of whatever kind.
    """

    category: str | None = None
    type: str | None = None
    tags: Sequence[str] = ()
    text: str | None = None
    dependency: str | None = None


@dataclass(frozen=True, slots=True)
class TemplateRecord:
    """A template; `total_size` is bytes, `popularity` the number of projects made from it.

    `readme_path` is None where it has no README that is text.
    """

    id: ObjectId
    slug: str
    name: str
    description: str
    type: str
    category: str
    tags: list[str]
    popularity: int
    file_count: int
    total_size: int
    source: str
    preview_url: str | None
    stackblitz_path: str | None
    start_command: str
    required_tools: list[str]
    revision: str
    commit: str | None
    readme_path: str | None
    is_active: bool
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class TemplateFileRecord:
    """One file of a template; its bytes (`size` of them) are the blob `sha256` of BLOB_SCOPE."""

    path: str
    sha256: str
    size: int
    executable: bool
    language: str
    is_binary: bool


@dataclass(frozen=True, slots=True)
class TemplateManifest:
    """The files of one revision of a template, by path, and the command that starts them.

    That is None where it was not noted; then it is the template's.
    """

    template_id: ObjectId
    revision: str
    files: Sequence[TemplateFileRecord]
    start_command: str | None = None


@dataclass(frozen=True, slots=True)
class CategoryRecord:
    """A category and how many active templates are in it."""

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class FacetRecord:
    """A value of a facet and how many templates have it."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class KnownCommit:
    """The commit that a repository was last seen at, and the mark (`ETag`) that its host gave for it."""

    sha: str
    etag: str | None


@dataclass(frozen=True, slots=True)
class Resolved:
    """The commit that a repository is at; `is_unchanged` says that it is the known one, whatever its mark."""

    sha: str
    etag: str | None
    is_unchanged: bool
