"""Saving many files that a user brings as one change of the project."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from bson import ObjectId

from aura_gql.files.paths import check_beside, clean_path, path_key
from aura_gql.files.ports import ProjectAccess
from aura_gql.files.records import FileRecord, NewUpload, RevisionSource
from aura_gql.files.writing.operations import PutFile, about, placed
from aura_gql.files.writing.writer import FileWriter
from aura_gql.infra.ports import IdempotencyKeys
from aura_gql.kernel.errors import InvalidInput


class FileUploads:
    """Saves uploads, all files or none, as the next versions of the project's files."""

    def __init__(self, projects: ProjectAccess, writer: FileWriter, keys: IdempotencyKeys) -> None:
        self._projects = projects
        self._writer = writer
        self._keys = keys

    async def upload(
        self, viewer_id: str, project_id: ObjectId, uploads: Sequence[NewUpload], idempotency_key: str | None = None
    ) -> list[FileRecord]:
        """The files as this left them, by path; what the first call left where the key was used for the same files.

        InvalidInput where there are none or two of one path, InvalidPath, ProjectNotFound, ProjectNotReady,
        IdempotencyMismatch, VersionConflict, PathClash, and the errors of the limits. Those of one file are on its
        place in `files`, with its path in their details.
        """
        if not uploads:
            raise InvalidInput("`files` must bring at least one file.", field=("files",))
        with placed(lambda position, name: ("files", str(position), name)):
            wanted = _in_order(uploads)
        await self._projects.get(viewer_id, project_id)
        upload_id = await self._keys.claim(
            user_id=viewer_id,
            operation="uploadFiles",
            key=idempotency_key,
            request={"projectId": str(project_id), "files": [_fingerprint(upload) for _, upload in wanted]},
        )
        with placed(lambda place, name: ("files", str(wanted[place][0]), "file" if name == "content" else name)):
            batch = await self._writer.apply(
                viewer_id,
                project_id,
                [PutFile(file.path, file.content, file.expected_version, file.executable) for _, file in wanted],
                source=RevisionSource.UPLOAD,
                operation_id=None if idempotency_key is None else upload_id,
            )
        return batch.files


def _in_order(uploads: Sequence[NewUpload]) -> list[tuple[int, NewUpload]]:
    """The files at clean paths, each with its place in the request, in order of path key."""
    wanted = []
    for position, upload in enumerate(uploads):
        with about(position, upload.path):
            wanted.append((position, replace(upload, path=clean_path(upload.path))))
    wanted.sort(key=lambda item: path_key(item[1].path))
    for (_, file), (position, following) in pairwise(wanted):
        with about(position, following.path):
            if file.path == following.path:
                raise InvalidInput("Two of the files have this path.", field=("path",))
            check_beside(following.path, [file.path])
    return wanted


def _fingerprint(upload: NewUpload) -> dict[str, object]:
    return {
        "path": upload.path,
        "sha256": upload.content.sha256,
        "expectedVersion": upload.expected_version,
        "executable": upload.executable,
    }
