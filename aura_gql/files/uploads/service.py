"""Saving many files that a user brings as one change of the project."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise

from bson import ObjectId
from pymongo.asynchronous.client_session import AsyncClientSession

from aura_gql.files.changes.service import FileChanges
from aura_gql.files.documents import FileVersionDocument, ProjectFileDocument, ProjectStorageDocument
from aura_gql.files.events import to_bus, topic_of
from aura_gql.files.limits import FileLimits
from aura_gql.files.paths import check_beside, clean_path, path_key
from aura_gql.files.ports import ProjectAccess
from aura_gql.files.records import FileRecord, NewUpload, StorageTotals
from aura_gql.files.transaction import in_transaction
from aura_gql.files.uploads.documents import FileUploadDocument
from aura_gql.files.versions import FileFacts, check_version, growth_of, next_record, scope_of
from aura_gql.infra.ports import EventBus, IdempotencyKeys
from aura_gql.kernel.errors import DomainError, InvalidInput
from aura_gql.kernel.languages import is_binary
from aura_gql.projects.errors import ProjectNotFound
from aura_gql.storage.ports import BlobStore

_READ_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A file that is brought, at a clean path, and where it stood in the request."""

    position: int
    upload: NewUpload

    @property
    def path(self) -> str:
        return self.upload.path

    def is_there(self, current: FileRecord | None) -> bool:
        """Whether it would change nothing."""
        bits = (None, current.executable) if current else ()
        return current is not None and current.sha256 == self.upload.content.sha256 and self.upload.executable in bits


Present = Mapping[str, FileRecord]
"""The files that are there already, by path."""


class FileUploads:
    """Saves uploads, all files or none, as the next versions of the project's files.

    As with every save the blobs are safe before the database names them, and the rest is one transaction.
    """

    def __init__(
        self, projects: ProjectAccess, blobs: BlobStore, limits: FileLimits, bus: EventBus, keys: IdempotencyKeys
    ) -> None:
        self._projects = projects
        self._blobs = blobs
        self._limits = limits
        self._bus = bus
        self._keys = keys
        self._changes = FileChanges(projects, bus, limits.changes_ttl_s)

    async def upload(
        self, viewer_id: str, project_id: ObjectId, uploads: Sequence[NewUpload], idempotency_key: str | None = None
    ) -> list[FileRecord]:
        """The files as this left them, by path; what the first call left where the key was used for the same files.

        InvalidInput where there are none or two of one path, InvalidPath, ProjectNotFound, ProjectNotReady,
        IdempotencyMismatch, VersionConflict, PathClash, and the errors of the limits. Those of one file are on its
        place in `files`, with its path in their details.
        """
        wanted = _checked(uploads)
        await self._projects.get(viewer_id, project_id)
        upload_id = await self._keys.claim(
            user_id=viewer_id,
            operation="uploadFiles",
            key=idempotency_key,
            request={"projectId": str(project_id), "files": [_fingerprint(file.upload) for file in wanted]},
        )
        if idempotency_key is None:
            return await self._save(viewer_id, project_id, wanted, None)
        try:
            first = await FileUploadDocument.find_result(upload_id)
            return first or await self._save(viewer_id, project_id, wanted, upload_id)
        except DomainError:
            # The same call may have won meanwhile; then the versions that it made are what stands in the way of this.
            if first := await FileUploadDocument.find_result(upload_id):
                return first
            raise

    async def _save(
        self, viewer_id: str, project_id: ObjectId, wanted: Sequence[_Wanted], upload_id: ObjectId | None
    ) -> list[FileRecord]:
        await self._projects.require_ready(viewer_id, project_id)
        present = await self._check(project_id, wanted, None)
        if all(file.is_there(present.get(file.path)) for file in wanted):
            records = sorted(present.values(), key=_by_path)
            if upload_id is not None:
                await FileUploadDocument.add(upload_id, records, None)
            return records
        facts = await self._keep(project_id, wanted)
        try:
            records, changed = await in_transaction(
                ProjectFileDocument.client(),
                lambda session: self._write(viewer_id, project_id, wanted, facts, upload_id, session),
            )
        except ProjectNotFound:
            # No transaction on a project that is being deleted can succeed any more: nothing will name its blobs.
            await self._blobs.delete_scope(scope_of(project_id))
            raise
        for record in changed:
            await self._bus.publish(topic_of(project_id), to_bus(record))
        return records

    async def _check(
        self, project_id: ObjectId, wanted: Sequence[_Wanted], session: AsyncClientSession | None
    ) -> Present:
        """The files that are there already. Asked once before anything is kept, so that what can't be saved does not
        fill the blob store, and once more inside the transaction.
        """
        for file in wanted:
            with _about(file, "file"):
                self._limits.check_file(file.path, file.upload.content.size)
        present = await ProjectFileDocument.find_some(project_id, [file.path for file in wanted], session)
        for file in wanted:
            with _about(file, "expectedVersion"):
                check_version(present.get(file.path), file.upload.expected_version)
        if len(present) < len(wanted):
            _check_clashes(wanted, present, await ProjectFileDocument.find_all_paths(project_id, session))
        if session is None:
            before = await ProjectStorageDocument.find_totals(project_id)
            sizes = sum(file.upload.content.size for file in wanted) - sum(file.size for file in present.values())
            self._limits.check_totals(before, before + StorageTotals(len(wanted) - len(present), sizes))
        return present

    async def _keep(self, project_id: ObjectId, wanted: Sequence[_Wanted]) -> list[FileFacts]:
        """What the files are, once their bytes are safe; a few at a time, so that memory stays bounded."""
        turns = asyncio.Semaphore(_READ_AT_ONCE)

        async def keep(upload: NewUpload) -> FileFacts:
            async with turns:
                data = await upload.content.read()
                blob = await self._blobs.put(scope_of(project_id), data)
            return FileFacts(upload.path, blob, len(data), is_binary(data), upload.executable)

        try:
            async with asyncio.TaskGroup() as group:
                kept = [group.create_task(keep(file.upload)) for file in wanted]
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from failures
        return [task.result() for task in kept]

    async def _write(
        self,
        author: str,
        project_id: ObjectId,
        wanted: Sequence[_Wanted],
        facts: Sequence[FileFacts],
        upload_id: ObjectId | None,
        session: AsyncClientSession,
    ) -> tuple[list[FileRecord], list[FileRecord]]:
        """All the files and those that changed."""
        # First, because it makes other transactions on the project wait or start again: what is read below stays so.
        revision = await self._projects.advance_revision(project_id, session)
        present = await self._check(project_id, wanted, session)
        records, changed, growth = [], [], StorageTotals(0, 0)
        for file, known in zip(wanted, facts, strict=True):
            current = present.get(file.path)
            if current is not None and file.is_there(current):
                records.append(current)
                continue
            record = replace(next_record(current, project_id, known, author), revision=revision)
            growth += growth_of(current, record)
            records.append(record)
            changed.append(record)
        await self._store(project_id, changed, growth, session)
        records.sort(key=_by_path)
        if upload_id is not None:
            await FileUploadDocument.add(upload_id, records, session)
        return records, changed

    async def _store(
        self, project_id: ObjectId, changed: Sequence[FileRecord], growth: StorageTotals, session: AsyncClientSession
    ) -> None:
        if new := [record for record in changed if record.version == 1]:
            await ProjectFileDocument.insert_records(new, session)
        replaced = [record for record in changed if record.version > 1]
        if replaced and not await ProjectFileDocument.replace_records(replaced, session):
            raise RuntimeError("A file has moved on inside the transaction that had read it.")
        await FileVersionDocument.insert_records(changed, session)
        await self._changes.add_saves(project_id, changed, session)
        after = await ProjectStorageDocument.add(project_id, growth, session)
        self._limits.check_totals(after - growth, after)


def _checked(uploads: Sequence[NewUpload]) -> list[_Wanted]:
    """The files at clean paths, in order of path key."""
    if not uploads:
        raise InvalidInput("`files` must bring at least one file.", field=("files",))
    wanted = []
    for position, upload in enumerate(uploads):
        field = ("files", str(position))
        if upload.expected_version < 0:
            message = "`expectedVersion` is 0 for a new file, else the version."
            raise InvalidInput(message, field=(*field, "expectedVersion"))
        wanted.append(_Wanted(position, replace(upload, path=clean_path(upload.path, (*field, "path")))))
    wanted.sort(key=lambda file: path_key(file.path))
    for file, following in pairwise(wanted):
        with _about(following, "path"):
            if file.path == following.path:
                raise InvalidInput("Two of the files have this path.")
            check_beside(following.path, [file.path], ())
    return wanted


def _check_clashes(wanted: Sequence[_Wanted], present: Present, paths: Sequence[str]) -> None:
    """PathClash where a new file can't stand beside those of the project, whose `paths` are in order of key."""
    new = {file.path: file for file in wanted if file.path not in present}
    for path, following in pairwise(sorted([*paths, *new], key=path_key)):
        for one, other in ((path, following), (following, path)):
            if one in new:
                with _about(new[one], "path"):
                    check_beside(one, [other], ())


@contextmanager
def _about(file: _Wanted, name: str) -> Iterator[None]:
    """Have what goes wrong within say which file it is about, and which field of it."""
    try:
        yield
    except DomainError as error:
        error.field = ("files", str(file.position), name)
        error.details["path"] = file.path
        raise


def _fingerprint(upload: NewUpload) -> dict[str, object]:
    return {
        "path": upload.path,
        "sha256": upload.content.sha256,
        "expectedVersion": upload.expected_version,
        "executable": upload.executable,
    }


def _by_path(record: FileRecord) -> str:
    return record.path
