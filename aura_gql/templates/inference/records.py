"""A starter as the rules see it, and what they say of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from aura_gql.templates.records import TemplateDependencyRecord


@dataclass(frozen=True, slots=True)
class StarterFile:
    """A file of a starter or of a project; `size` in bytes. `data` is None where nobody has to read it."""

    size: int
    executable: bool = False
    data: bytes | None = None

    @classmethod
    def of(cls, data: bytes, *, executable: bool = False) -> "StarterFile":
        """The file that has these bytes."""
        return cls(len(data), executable, data)


@dataclass(frozen=True, slots=True)
class PackageManifest:
    """What a package.json says, as far as it is well-formed and within its bounds."""

    description: str = ""
    scripts: Mapping[str, str] = field(default_factory=dict)
    dependencies: tuple[TemplateDependencyRecord, ...] = ()
    main: str | None = None
    package_manager: str | None = None


@dataclass(frozen=True, slots=True)
class Readme:
    """Its path, its first heading, and the sentences that may describe the starter, in its order; all plain text."""

    path: str | None = None
    title: str = ""
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the rules look at.

    `names` are those of the files in the starter's own folder, `extensions` those of its sources wherever they lie
    (`ts`; declarations and configuration files do not count). `manifest` is None where there is no package.json, and
    `page_has_script` where nobody has read its index.html, or there is none.
    """

    folder: str
    manifest: PackageManifest | None
    names: frozenset[str]
    extensions: frozenset[str]
    readme: Readme = Readme()
    page_has_script: bool | None = None

    @property
    def packages(self) -> frozenset[str]:
        """The packages that it asks for, in whichever section."""
        return frozenset() if self.manifest is None else frozenset(each.name for each in self.manifest.dependencies)

    @property
    def words(self) -> list[str]:
        """The words of the folder's name, in lower case."""
        return [word for word in self.folder.lower().replace("_", "-").replace(".", "-").split("-") if word]


@dataclass(frozen=True, slots=True)
class Description:
    """What the catalogue says of a starter: texts for people, words to find it by, and how to start it."""

    name: str
    description: str
    type: str
    category: str
    tags: tuple[str, ...]
    start_command: str
    required_tools: tuple[str, ...]
    readme_path: str | None
    dependencies: tuple[TemplateDependencyRecord, ...]
