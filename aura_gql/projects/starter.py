"""The files that a project starts with: its template's, changed as the configuration asks."""

import asyncio
from collections.abc import Sequence

from bson import ObjectId

from aura_gql.projects.configuration.configure import configure
from aura_gql.projects.ports import NewFile
from aura_gql.projects.records import ProjectConfiguration
from aura_gql.storage.ports import BlobKey
from aura_gql.templates.records import TemplateFileRecord
from aura_gql.templates.service import TemplateService

TEMPLATE_SCOPE = "templates"
MAX_CONFIGURABLE_SIZE = 256 * 1024
_READS_AT_ONCE = 8


async def starter_files(
    templates: TemplateService, template_id: ObjectId, configuration: ProjectConfiguration
) -> list[NewFile]:
    """The files, sorted by path: by reference where they are the template's own, by bytes where they were changed.

    TemplateNotFound; OptionNotApplicable where an option can change nothing in this template.
    """
    await templates.get(template_id)
    listing = (await templates.files([template_id])).get(template_id, [])
    started = {file.path: _by_reference(file) for file in listing}
    if configuration.is_empty():
        return _sorted(started)
    changes = configure(configuration, await _texts(templates, listing), paths=started.keys())
    executable = {file.path for file in listing if file.executable}
    for path in changes.removed:
        del started[path]
    for path, data in changes.written.items():
        origin = changes.renamed.get(path, path)
        started[path] = NewFile(path, data, size=len(data), executable=origin in executable)
    return _sorted(started)


async def _texts(templates: TemplateService, listing: Sequence[TemplateFileRecord]) -> dict[str, bytes]:
    turns = asyncio.Semaphore(_READS_AT_ONCE)

    async def read(file: TemplateFileRecord) -> tuple[str, bytes]:
        async with turns:
            return file.path, await templates.content(file)

    readable = [file for file in listing if not file.is_binary and file.size <= MAX_CONFIGURABLE_SIZE]
    return dict(await asyncio.gather(*map(read, readable)))


def _by_reference(file: TemplateFileRecord) -> NewFile:
    return NewFile(file.path, BlobKey(TEMPLATE_SCOPE, file.sha256), size=file.size, executable=file.executable)


def _sorted(files: dict[str, NewFile]) -> list[NewFile]:
    return [files[path] for path in sorted(files)]
