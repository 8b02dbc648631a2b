"""The archive of a repository as a source of templates."""

import inspect
from collections.abc import AsyncGenerator, Generator, Iterator
from pathlib import Path
from urllib.parse import quote

from aura_gql.storage.archives.errors import ArchiveRefused
from aura_gql.storage.archives.values import PathRules
from aura_gql.storage.spooling import in_thread
from aura_gql.templates.errors import TemplateSourceRefused
from aura_gql.templates.inference.describe import describe
from aura_gql.templates.inference.facts import is_read
from aura_gql.templates.inference.records import Description, StarterFile
from aura_gql.templates.records import SkippedTemplate, TemplateBundle, TemplateFile
from aura_gql.templates.sources.digests import digest_of, file_parts
from aura_gql.templates.sources.starters.outline import outline, slug_of
from aura_gql.templates.sources.starters.values import Origin, StarterLimits
from aura_gql.templates.sources.starters.walking import Member, folders

_PREVIEW_URL = "https://stackblitz.com/fork/github/{repository}/tree/{ref}/{folder}"


class StarterArchive:
    """A `TemplateSource`: each folder in a repository's root that is a starter, as the archive of it on disk has them.

    The archive is read twice: once through to its end, before anything of it is given, and once to give it.
    """

    name = "stackblitz"

    def __init__(self, path: Path, origin: Origin, limits: StarterLimits, rules: PathRules) -> None:
        self._path = path
        self._origin = origin
        self._limits = limits
        self._rules = rules

    async def bundles(self) -> AsyncGenerator[TemplateBundle | SkippedTemplate]:
        """As the port promises; what is left out comes first. TemplateSourceRefused, OSError."""
        found = self._read()
        try:
            while one := await in_thread(_next, found):
                yield one
        finally:
            # Who is cancelled twice does not wait for the thread, whose end lets go of the file.
            if inspect.getgeneratorstate(found) != inspect.GEN_RUNNING:
                found.close()

    def _read(self) -> Generator[TemplateBundle | SkippedTemplate]:
        with self._path.open("rb") as file:
            found = outline(file, self._limits, self._rules)
            yield from found.skipped
            for folder, members in folders(file, self._limits.archive, self._rules):
                if folder in found.names:
                    yield self._bundle(folder, found.names[folder], [_file(member) for member in members])

    def _bundle(self, folder: str, name: str, files: list[TemplateFile]) -> TemplateBundle:
        described = describe(folder, {file.path: _seen(file) for file in files})
        preview_url = _PREVIEW_URL.format(
            repository=self._origin.repository, ref=quote(self._origin.ref), folder=quote(folder)
        )
        return TemplateBundle(
            slug=slug_of(folder),
            name=name,
            description=described.description,
            type=described.type,
            category=described.category,
            tags=described.tags,
            start_command=described.start_command,
            required_tools=described.required_tools,
            dependencies=described.dependencies,
            files=files,
            revision=digest_of([*_told(name, described), folder.encode(), preview_url.encode(), *file_parts(files)]),
            readme_path=described.readme_path,
            stackblitz_path=folder,
            preview_url=preview_url,
            commit=self._origin.commit,
        )


def _next(found: Iterator[TemplateBundle | SkippedTemplate]) -> TemplateBundle | SkippedTemplate | None:
    try:
        return next(found, None)
    except ArchiveRefused as error:
        raise TemplateSourceRefused(error.message, details=error.details) from error


def _file(member: Member) -> TemplateFile:
    return TemplateFile(member.path, b"".join(member.data), member.executable)


def _seen(file: TemplateFile) -> StarterFile:
    size = len(file.data)
    return StarterFile(size, file.executable, file.data if is_read(file.path, size) else None)


def _told(name: str, described: Description) -> Iterator[bytes]:
    """What the rules say of it, of which a new version of this server may say something else."""
    words = (described.description, described.type, described.category, described.start_command)
    yield from (text.encode() for text in (name, *words))
    yield "\n".join(described.tags).encode()
    yield "\n".join(described.required_tools).encode()
    for each in described.dependencies:
        yield f"{each.kind} {each.name} {each.version}".encode()
