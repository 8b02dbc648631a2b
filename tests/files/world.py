"""A project room and a file room over a real database and a folder of blobs."""

from dataclasses import dataclass
from pathlib import Path

from bson import ObjectId

from aura_gql.files.documents import FILE_DOCUMENTS
from aura_gql.files.limits import FileLimits
from aura_gql.files.records import FileRecord
from aura_gql.files.service import FileService
from aura_gql.files.uploads.service import FileUploads
from aura_gql.infra.bus import InProcessBus
from aura_gql.infra.documents import IdempotencyKeyDocument
from aura_gql.infra.idempotency import MongoIdempotencyKeys
from aura_gql.infra.jobs import DurableJobs
from aura_gql.infra.mongo import Database
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.projects.documents import ProjectDocument
from aura_gql.projects.records import NewProject, ProjectStatus
from aura_gql.projects.service import ProjectService
from aura_gql.storage.backends.local import LocalBlobStore
from aura_gql.templates.service import TemplateService
from tests.support.mongo import init_documents

ADA = "ada"


@dataclass
class World:
    """The parts, and what tests ask of them again and again."""

    database: Database
    blobs: LocalBlobStore
    bus: InProcessBus
    projects: ProjectService
    files: FileService
    uploads: FileUploads

    async def project(self, status: ProjectStatus = ProjectStatus.READY, owner: str = ADA) -> ObjectId:
        """A new project of that status, without files."""
        project_id = ObjectId()
        new = NewProject(name="Project", template_id=ObjectId())
        assert await ProjectDocument.add(project_id, owner, new, SandboxProviderName.LOCAL)
        await self.set_status(project_id, status)
        return project_id

    async def set_status(self, project_id: ObjectId, status: ProjectStatus) -> None:
        """Move a project without asking its service."""
        await self.database["projects"].update_one({"_id": project_id}, {"$set": {"status": status.value}})

    async def save(self, project_id: ObjectId, path: str, data: bytes, expected_version: int = 0) -> FileRecord:
        """Save as the owner."""
        return await self.files.save(ADA, project_id, path, data, expected_version)

    async def blob_count(self, project_id: ObjectId) -> int:
        """How many blobs the project's scope holds."""
        return len([key async for key in self.blobs.keys(f"projects/{project_id}")])

    async def revision(self, project_id: ObjectId) -> int:
        """The project's revision."""
        document = await self.database["projects"].find_one({"_id": project_id})
        assert document is not None
        return int(document["revision"])

    async def rows(self, project_id: ObjectId) -> dict[str, int]:
        """How many rows of the project each collection holds."""
        return {
            "project_files": await self.database["project_files"].count_documents({"project_id": project_id}),
            "file_versions": await self.database["file_versions"].count_documents({"project_id": project_id}),
            "project_storage": await self.database["project_storage"].count_documents({"_id": project_id}),
        }


async def make_world(database: Database, folder: Path, limits: FileLimits) -> World:
    """The rooms over an empty database and folder."""
    await init_documents(
        database,
        [ProjectDocument, *FILE_DOCUMENTS, IdempotencyKeyDocument],
    )
    blobs, bus = LocalBlobStore(folder), InProcessBus()
    templates = TemplateService(blobs)
    keys = MongoIdempotencyKeys()
    projects = ProjectService(templates, keys, DurableJobs(), bus)
    files = FileService(projects, blobs, limits, bus)
    return World(database, blobs, bus, projects, files, FileUploads(projects, files.writer, keys))
