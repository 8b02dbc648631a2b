"""A real server of signed links alone, over a folder of blobs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import httpx
from bson import ObjectId
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Route

from aura_gql.files.staging.records import IssuedTicket, NewStaged, StagingLimits, UploadPurpose
from aura_gql.files.staging.service import UploadTickets
from aura_gql.infra.bus import InProcessBus
from aura_gql.infra.idempotency import MongoIdempotencyKeys
from aura_gql.infra.jobs import DurableJobs
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.projects.documents import ProjectDocument
from aura_gql.projects.records import NewProject
from aura_gql.projects.service import ProjectService
from aura_gql.storage.backends.local import LocalBlobStore
from aura_gql.storage.blob_links import BlobLinks, LinkedBlob
from aura_gql.storage.ports import BlobKey
from aura_gql.storage.quotas.records import QuotaLimits
from aura_gql.storage.quotas.service import StorageQuotas
from aura_gql.storage.signing import DOWNLOADS, UPLOADS, LinkSigner
from aura_gql.templates.service import TemplateService
from aura_gql.web.links.downloads import BlobDownloads
from aura_gql.web.links.slots import TransferSlots
from aura_gql.web.links.uploads import StagedUploads, is_upload
from aura_gql.web.middleware import BodyLimit, RequestId, SecurityHeaders
from aura_gql.web.refusals import refuse
from tests.support.api import SECRET
from tests.support.graph import serving

SCOPE = "projects/1"
MAX_BODY_BYTES = 1_000


@dataclass
class LinkServer:
    """The server, and those who make its links."""

    http: httpx.AsyncClient
    root: Path
    blobs: LocalBlobStore
    signer: LinkSigner
    links: BlobLinks
    tickets: UploadTickets
    slots: TransferSlots

    @property
    def port(self) -> int:
        """Where it listens on this machine."""
        return self.http.base_url.port or 0

    async def link(self, data: bytes, name: str = "file.bin", content_type: str = "image/png") -> str:
        """The address of new bytes."""
        key = await self.blobs.put(SCOPE, data)
        link = await self.links.make("ada", LinkedBlob(key, len(data), name, content_type))
        return link.url

    def file_of(self, data: bytes) -> Path:
        """Where the store has these bytes."""
        digest = sha256(data).hexdigest()
        return self.root / "blobs" / SCOPE.replace("/", "~") / digest[:2] / digest

    async def project(self) -> ObjectId:
        """A new project of ada's."""
        project_id, new = ObjectId(), NewProject(name="Project", template_id=ObjectId())
        assert await ProjectDocument.add(project_id, "ada", new, SandboxProviderName.LOCAL)
        return project_id

    async def ticket(self, data: bytes, project_id: ObjectId | None = None) -> IssuedTicket:
        """Ada's ticket for these bytes, as a zip."""
        wanted = NewStaged(UploadPurpose.ARCHIVE, len(data), sha256(data).hexdigest(), "application/zip")
        return await self.tickets.issue("ada", project_id or await self.project(), wanted)

    async def staged(self) -> list[str]:
        """The uploads whose bytes are there."""
        return [upload.name async for upload in self.blobs.uploads()]


def project_service(blobs: LocalBlobStore) -> ProjectService:
    """Who may touch which project."""
    templates = TemplateService(blobs)
    return ProjectService(templates, MongoIdempotencyKeys(), DurableJobs(), InProcessBus())


def link_key(data: bytes) -> BlobKey:
    """The key that `LinkServer.link` gives these bytes."""
    return BlobKey(SCOPE, sha256(data).hexdigest())


@asynccontextmanager
async def link_server(
    root: Path,
    *,
    blobs: LocalBlobStore | None = None,
    limits: StagingLimits | None = None,
    send_timeout_s: float = 60.0,
) -> AsyncIterator[LinkServer]:
    """The server, with four transfers at most, three of them of one user."""
    store, signer, slots = blobs or LocalBlobStore(root), LinkSigner(SECRET), TransferSlots(4, 3)
    links = BlobLinks(store, signer, 3_600)
    quotas = StorageQuotas(QuotaLimits(), [])
    tickets = UploadTickets(project_service(store), store, quotas, signer, limits or StagingLimits())
    app = Starlette(
        routes=[
            Route(DOWNLOADS + "{token}", BlobDownloads(links, slots), methods=["GET", "HEAD"]),
            Route(UPLOADS + "{token}", StagedUploads(tickets, slots), methods=["PUT"]),
        ],
        middleware=[
            Middleware(RequestId),
            Middleware(SecurityHeaders),
            Middleware(BodyLimit, max_body_bytes=MAX_BODY_BYTES, is_streamed=is_upload),
        ],
        exception_handlers={HTTPException: refuse},
    )
    async with (
        serving(app, send_timeout_s=send_timeout_s) as host,
        httpx.AsyncClient(base_url=f"http://{host}", timeout=30) as http,
    ):
        yield LinkServer(http, root, store, signer, links, tickets, slots)
