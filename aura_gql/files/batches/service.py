"""Changing many files of a project at a user's wish, all or none."""

import asyncio
from collections.abc import Sequence

from bson import ObjectId

from aura_gql.files.batches.records import PutUpload, UserOperation
from aura_gql.files.limits import FileLimits
from aura_gql.files.ports import ProjectAccess
from aura_gql.files.records import RevisionSource
from aura_gql.files.staging.errors import UploadIncomplete, UploadNotFound
from aura_gql.files.staging.records import UploadPurpose
from aura_gql.files.staging.service import UploadTickets
from aura_gql.files.writing.documents import FileBatchDocument
from aura_gql.files.writing.operations import DeletePath, MovePath, Operation, PutFile, PutFolder, SetExecutable
from aura_gql.files.writing.records import AppliedBatch
from aura_gql.files.writing.writer import FileWriter
from aura_gql.infra.ports import IdempotencyKeys
from aura_gql.kernel.errors import DomainError, InvalidInput

_TICKETS_AT_ONCE = 8


class FileBatches:
    """Bounds what users ask of the writer, brings their uploads to it, and does it once under an idempotency key."""

    def __init__(
        self,
        projects: ProjectAccess,
        writer: FileWriter,
        tickets: UploadTickets,
        limits: FileLimits,
        keys: IdempotencyKeys,
    ) -> None:
        self._projects = projects
        self._writer = writer
        self._tickets = tickets
        self._limits = limits
        self._keys = keys

    async def apply(
        self,
        viewer_id: str,
        project_id: ObjectId,
        operations: Sequence[UserOperation],
        expected_revision: int | None = None,
        idempotency_key: str | None = None,
    ) -> AppliedBatch:
        """What became of the project's files; what the first call came to where the key was used for the same. The
        uploads that became files are used up.

        InvalidInput where there is no operation, TooManyOperations, BatchTooLarge, IdempotencyMismatch, UploadNotFound
        and UploadIncomplete, which point at the `content` of their operation, and the errors of `FileWriter.apply`.
        """
        if not operations:
            raise InvalidInput("`operations` must have at least one operation.", field=("operations",))
        self._limits.check_batch(len(operations), 0)
        if idempotency_key is None:
            return await self._apply(viewer_id, project_id, operations, expected_revision, None)
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
        if first := await FileBatchDocument.find_result(operation_id):
            return first
        try:
            return await self._apply(viewer_id, project_id, operations, expected_revision, operation_id)
        except DomainError:
            # The same call may have won meanwhile; then this one finds its uploads used.
            if first := await FileBatchDocument.find_result(operation_id):
                return first
            raise

    async def _apply(
        self,
        viewer_id: str,
        project_id: ObjectId,
        operations: Sequence[UserOperation],
        expected_revision: int | None,
        operation_id: ObjectId | None,
    ) -> AppliedBatch:
        ready = await self._with_uploads(viewer_id, project_id, operations)
        size = sum(operation.content.size for operation in ready if isinstance(operation, PutFile))
        self._limits.check_batch(len(ready), size)
        used = {operation.ticket_id for operation in operations if isinstance(operation, PutUpload)}
        batch = await self._writer.apply(
            viewer_id,
            project_id,
            ready,
            source=RevisionSource.BATCH,
            expected_revision=expected_revision,
            operation_id=operation_id,
            releasing=used,
        )
        for ticket_id in used:
            await self._tickets.discard(ticket_id)
        return batch

    async def _with_uploads(
        self, viewer_id: str, project_id: ObjectId, operations: Sequence[UserOperation]
    ) -> list[Operation]:
        turns = asyncio.Semaphore(_TICKETS_AT_ONCE)

        async def opened(position: int, operation: UserOperation) -> Operation:
            if not isinstance(operation, PutUpload):
                return operation
            async with turns:
                try:
                    content = await self._tickets.open(viewer_id, project_id, operation.ticket_id, UploadPurpose.FILE)
                except (UploadNotFound, UploadIncomplete) as error:
                    error.field = (str(position), "content")
                    error.details["path"] = operation.path
                    raise
            return PutFile(operation.path, content, operation.expected_version, operation.executable)

        return await asyncio.gather(*(opened(position, operation) for position, operation in enumerate(operations)))


def _fingerprint(operation: UserOperation) -> list[object]:
    match operation:
        case PutFile(path, content, version, executable):
            return ["put", path, content.sha256, version, executable]
        case PutUpload(path, ticket_id, version, executable):
            return ["upload", path, str(ticket_id), version, executable]
        case SetExecutable(path, executable, version):
            return ["executable", path, executable, version]
        case PutFolder(path):
            return ["folder", path]
        case DeletePath(path, version):
            return ["delete", path, version]
        case MovePath(path, to, version):
            return ["move", path, to, version]
