"""The files that a project starts with: its template's, changed as the configuration asks."""

import asyncio
from collections.abc import Mapping, Sequence

from bson import ObjectId

from aura_gql.projects.configurable import configurable_texts, too_large
from aura_gql.projects.configuration.configure import configure, named_options
from aura_gql.projects.configuration.refusal import refuse
from aura_gql.projects.configuration.start import start_command_after
from aura_gql.projects.ports import NewFile
from aura_gql.projects.records import ProjectConfiguration
from aura_gql.storage.ports import BlobKey
from aura_gql.templates.records import BLOB_SCOPE, TemplateFileRecord, TemplateManifest
from aura_gql.templates.service import TemplateService


class Starter:
    """What one project starts with, all of it of one revision of its template, whatever becomes of that meanwhile.

    What was read or made is kept, so that the steps of a creation that follow one another do it once.
    """

    def __init__(
        self,
        templates: TemplateService,
        template_id: ObjectId,
        revision: str | None,
        configuration: ProjectConfiguration,
        manifest: TemplateManifest | None = None,
    ) -> None:
        """Of that revision; of the present one where it is None or gone. `manifest` where that was read already."""
        self._templates = templates
        self._template_id = template_id
        self._revision = revision
        self._configuration = configuration
        self._manifest = manifest
        self._files: list[NewFile] | None = None
        self._start_command: str | None = None

    async def manifest(self) -> TemplateManifest:
        """The template's own files; TemplateNotFound."""
        if self._manifest is None:
            self._manifest = await self._templates.manifest(self._template_id, self._revision)
        return self._manifest

    async def files(self) -> list[NewFile]:
        """The files, sorted by path: by reference where they are the template's own, by bytes where they were changed.

        No byte is read unless something is to be changed. TemplateNotFound; OptionNotApplicable where an option can
        change nothing in this template.
        """
        if self._files is None:
            self._files = await self._configured((await self.manifest()).files)
        return self._files

    async def start_command(self) -> str:
        """The command that starts the files; that of their revision, unless something changed it. As `files`."""
        await self.files()
        if command := self._start_command or (await self.manifest()).start_command:
            return command
        return (await self._templates.get(self._template_id)).start_command

    async def _configured(self, listing: Sequence[TemplateFileRecord]) -> list[NewFile]:
        if self._configuration.is_empty():
            return _sorted(_by_references(listing))
        texts = await self._texts(listing)
        # Up to 16 MiB of texts are searched several times, while others want the event loop.
        files, self._start_command = await asyncio.to_thread(_changed, self._configuration, listing, texts)
        return files

    async def _texts(self, listing: Sequence[TemplateFileRecord]) -> dict[str, bytes]:
        if reason := too_large(listing):
            raise refuse(named_options(self._configuration)[0], reason)
        return await configurable_texts(self._templates, listing)


def _changed(
    configuration: ProjectConfiguration, listing: Sequence[TemplateFileRecord], texts: Mapping[str, bytes]
) -> tuple[list[NewFile], str | None]:
    """The files as the configuration asks for them, and the command that starts them where that is another now."""
    started = _by_references(listing)
    changes = configure(configuration, texts, paths=started.keys())
    executable = {file.path for file in listing if file.executable}
    for path in changes.removed:
        del started[path]
    for path, data in changes.written.items():
        origin = changes.renamed.get(path, path)
        started[path] = NewFile(path, data, size=len(data), executable=origin in executable)
    return _sorted(started), start_command_after(configuration, texts, started.keys(), changes)


def _by_references(listing: Sequence[TemplateFileRecord]) -> dict[str, NewFile]:
    return {file.path: _by_reference(file) for file in listing}


def _by_reference(file: TemplateFileRecord) -> NewFile:
    blob = BlobKey(BLOB_SCOPE, file.sha256)
    return NewFile(file.path, blob, size=file.size, executable=file.executable, is_binary=file.is_binary)


def _sorted(files: dict[str, NewFile]) -> list[NewFile]:
    return [files[path] for path in sorted(files)]
