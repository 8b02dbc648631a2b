"""Changing many files of a project at a user's wish, all or none."""

from collections.abc import Sequence

from bson import ObjectId

from aura_gql.files.limits import FileLimits
from aura_gql.files.ports import ProjectAccess
from aura_gql.files.records import RevisionSource
from aura_gql.files.writing.operations import DeletePath, MovePath, Operation, PutFile, PutFolder, SetExecutable
from aura_gql.files.writing.records import AppliedBatch
from aura_gql.files.writing.writer import FileWriter
from aura_gql.infra.ports import IdempotencyKeys
from aura_gql.kernel.errors import InvalidInput


class FileBatches:
    """Bounds what users ask of the writer, and does it once under an idempotency key."""

    def __init__(self, projects: ProjectAccess, writer: FileWriter, limits: FileLimits, keys: IdempotencyKeys) -> None:
        self._projects = projects
        self._writer = writer
        self._limits = limits
        self._keys = keys

    async def apply(
        self,
        viewer_id: str,
        project_id: ObjectId,
        operations: Sequence[Operation],
        expected_revision: int | None = None,
        idempotency_key: str | None = None,
    ) -> AppliedBatch:
        """What became of the project's files; what the first call came to where the key was used for the same.

        InvalidInput where there is no operation, TooManyOperations, BatchTooLarge, IdempotencyMismatch, and the errors
        of `FileWriter.apply`.
        """
        if not operations:
            raise InvalidInput("`operations` must have at least one operation.", field=("operations",))
        sizes = [operation.content.size for operation in operations if isinstance(operation, PutFile)]
        self._limits.check_batch(len(operations), sum(sizes))
        operation_id = None
        if idempotency_key is not None:
            await self._projects.get(viewer_id, project_id)
            operation_id = await self._keys.claim(
                user_id=viewer_id,
                operation="applyFileOperations",
                key=idempotency_key,
                request={
                    "projectId": str(project_id),
                    "expectedRevision": expected_revision,
                    "operations": [_fingerprint(operation) for operation in operations],
                },
            )
        return await self._writer.apply(
            viewer_id,
            project_id,
            operations,
            source=RevisionSource.BATCH,
            expected_revision=expected_revision,
            operation_id=operation_id,
        )


def _fingerprint(operation: Operation) -> list[object]:
    match operation:
        case PutFile(path, content, version, executable):
            return ["put", path, content.sha256, version, executable]
        case SetExecutable(path, executable, version):
            return ["executable", path, executable, version]
        case PutFolder(path):
            return ["folder", path]
        case DeletePath(path, version):
            return ["delete", path, version]
        case MovePath(path, to, version):
            return ["move", path, to, version]
