"""The first look through an archive: which starters there are, what they are called, and which are left out."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import IO, Final

from aura_gql.storage.archives.values import PathRules
from aura_gql.templates.errors import TemplateSourceRefused
from aura_gql.templates.inference.describe import describe
from aura_gql.templates.inference.errors import UnreadableManifest
from aura_gql.templates.inference.facts import is_read
from aura_gql.templates.inference.naming import distinct
from aura_gql.templates.inference.records import StarterFile
from aura_gql.templates.records import SkippedTemplate
from aura_gql.templates.sources.starters.values import StarterLimits
from aura_gql.templates.sources.starters.walking import Member, folders

MAX_STARTERS: Final = 1_000
_MARKS = frozenset({"package.json", "index.html"})
# Folders that repositories have for themselves; so are those that begin with a dot or an underscore.
_NO_STARTERS = frozenset({"node_modules", "scripts", "test", "tests"})
_FOLDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
_NO_SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Outline:
    """The names of the starters by their folder, no two alike, and what is left out."""

    names: Mapping[str, str]
    skipped: tuple[SkippedTemplate, ...]


def slug_of(folder: str) -> str:
    """The key of the starter in a folder: small letters and digits, with `-` between."""
    return _NO_SLUG.sub("-", folder.lower()).strip("-")


def outline(file: IO[bytes], limits: StarterLimits, rules: PathRules) -> Outline:
    """What is in an archive, all of which was unpacked and kept to every rule; ArchiveRefused, TemplateSourceRefused.
    Blocks, and holds no more than one starter's package.json and README.
    """
    names: dict[str, str] = {}
    slugs: dict[str, str] = {}
    skipped: list[SkippedTemplate] = []
    for folder, members in folders(file, limits.archive, rules):
        found = {member.path: _file(member) for member in members}
        if not _is_starter(folder, found):
            continue
        try:
            slug = _slug(folder, slugs.values())
            _require_fit(found, limits)
            names[slug] = describe(folder, found).name
        except (_LeftOut, UnreadableManifest) as reason:
            skipped.append(SkippedTemplate(folder, str(reason)))
        else:
            slugs[folder] = slug
        if len(slugs) + len(skipped) > MAX_STARTERS:
            raise TemplateSourceRefused(f"The repository has more than {MAX_STARTERS:,} starters.")
    told = distinct(names)
    return Outline({folder: told[slug] for folder, slug in slugs.items()}, tuple(skipped))


class _LeftOut(ValueError):
    """Why a starter is left out, as a sentence."""


def _file(member: Member) -> StarterFile:
    data = b"".join(member.data) if is_read(member.path, member.size) else None
    return StarterFile(member.size, member.executable, data)


def _is_starter(folder: str, paths: Iterable[str]) -> bool:
    return not folder.startswith((".", "_")) and folder.lower() not in _NO_STARTERS and not _MARKS.isdisjoint(paths)


def _slug(folder: str, taken: Iterable[str]) -> str:
    if not _FOLDER.fullmatch(folder):
        raise _LeftOut(
            "Its folder is called something that can't be part of an address: up to 60 letters, digits, `.-_`."
        )
    slug = slug_of(folder)
    if slug in taken:
        raise _LeftOut(f"Another starter is `{slug}` already.")
    return slug


def _require_fit(files: Mapping[str, StarterFile], limits: StarterLimits) -> None:
    """_LeftOut for what no project could hold."""
    if len(files) > limits.max_files:
        raise _LeftOut(f"It has {len(files):,} files; a project has at most {limits.max_files:,}.")
    path, largest = max(files.items(), key=lambda item: item[1].size)
    if largest.size > limits.max_file_bytes:
        most = f"a file of a project has at most {limits.max_file_bytes:,}"
        raise _LeftOut(f"Its file `{path}` has {largest.size:,} bytes; {most}.")
    total = sum(file.size for file in files.values())
    if total > limits.max_bytes:
        raise _LeftOut(f"Its files have {total:,} bytes; those of a project have at most {limits.max_bytes:,}.")
