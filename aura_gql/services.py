"""Everything the graph may call, in one place."""

from dataclasses import dataclass

from aura_gql.auth.service import AuthService
from aura_gql.executions.service import ExecutionService
from aura_gql.files.archives.service import ArchiveService
from aura_gql.files.batches.service import FileBatches
from aura_gql.files.downloads.service import Downloads
from aura_gql.files.history.restoring import FileRestoring
from aura_gql.files.history.retention.trimmer import HistoryTrimmer
from aura_gql.files.history.service import FileHistory
from aura_gql.files.service import FileService
from aura_gql.files.staging.service import UploadTickets
from aura_gql.files.uploads.service import FileUploads
from aura_gql.previews.service import PreviewService
from aura_gql.projects.service import ProjectService
from aura_gql.sandboxes.service import SandboxService
from aura_gql.storage.quotas.service import StorageQuotas
from aura_gql.templates.cache.service import TemplateCache
from aura_gql.templates.service import TemplateService
from aura_gql.templates.syncs.service import TemplateSyncService
from aura_gql.terminals.service import TerminalService


@dataclass(frozen=True, slots=True)
class Services:
    """The services of one server process, wired in `app.py`."""

    auth: AuthService
    templates: TemplateService
    syncs: TemplateSyncService
    template_cache: TemplateCache
    projects: ProjectService
    files: FileService
    uploads: FileUploads
    batches: FileBatches
    history: FileHistory
    restoring: FileRestoring
    trimming: HistoryTrimmer
    archives: ArchiveService
    quotas: StorageQuotas
    tickets: UploadTickets
    downloads: Downloads
    sandboxes: SandboxService
    executions: ExecutionService
    terminals: TerminalService
    previews: PreviewService
