"""Links to the files of projects, as they are now or were once."""

from bson import ObjectId

from aura_gql.files.downloads.values import content_type_of
from aura_gql.files.errors import FileNotFound
from aura_gql.files.history.documents import FileVersionDocument
from aura_gql.files.paths import clean_path
from aura_gql.files.ports import ProjectAccess
from aura_gql.files.records import FileRecord, VersionKind
from aura_gql.files.service import FileService
from aura_gql.storage.blob_links import BlobLinks, DownloadLink, LinkedBlob
from aura_gql.storage.ports import BlobKey


class Downloads:
    """Makes links to what a viewer may read; `links` are for those rooms that know by themselves what he may."""

    def __init__(self, projects: ProjectAccess, files: FileService, links: BlobLinks) -> None:
        self._projects = projects
        self._files = files
        self.links = links

    async def link_to_file(
        self,
        viewer_id: str,
        project_id: ObjectId,
        path: str,
        version: int | None = None,
        filename: str | None = None,
        expires_in_s: int | None = None,
    ) -> DownloadLink:
        """A link to the bytes that the viewer's file has now, or had at a version; it leads to those whatever follows.

        ProjectNotFound, InvalidPath, FileNotFound, and InvalidInput for a bad name or time.
        """
        if version is None:
            record = await self._files.get(viewer_id, project_id, path)
        else:
            record = await self._version(viewer_id, project_id, path, version)
        name = record.path.rpartition("/")[2] if filename is None else filename
        content_type = content_type_of(record.path, is_binary=record.is_binary)
        blob = LinkedBlob(BlobKey(record.scope, record.sha256), record.size, name, content_type)
        return await self.links.make(viewer_id, blob, expires_in_s)

    async def _version(self, viewer_id: str, project_id: ObjectId, path: str, version: int) -> FileRecord:
        clean = clean_path(path)
        await self._projects.get(viewer_id, project_id)
        found = await FileVersionDocument.find_versions(project_id, [(clean, version)])
        if not found or found[0].kind is VersionKind.DELETED or not found[0].file.sha256:
            raise FileNotFound("The project has no such version of a file at this path.", field=("version",))
        return found[0].file
