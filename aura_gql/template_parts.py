"""What syncs of templates work with, wired alike for a server and for the command."""

from pathlib import Path

from aura_gql.bounds_templates import starter_limits
from aura_gql.files.archives.unpacking import PATH_RULES
from aura_gql.infra.ports import EventBus, JobQueue
from aura_gql.settings import Settings
from aura_gql.storage.ports import BlobStore
from aura_gql.storage.spooling import Spools
from aura_gql.templates.intake.service import TemplateIntake
from aura_gql.templates.ports import TemplateSource
from aura_gql.templates.sources.github import GitHubLimits, GitHubRepository
from aura_gql.templates.sources.starters.archive import StarterArchive
from aura_gql.templates.sources.starters.values import Origin
from aura_gql.templates.syncs.running import SyncParts, SyncRunner
from aura_gql.templates.syncs.schedule import SyncSchedule
from aura_gql.templates.syncs.service import TemplateSyncService


def create_template_syncs(
    settings: Settings, blobs: BlobStore, spools: Spools, jobs: JobQueue, bus: EventBus
) -> tuple[TemplateSyncService, SyncSchedule]:
    """The syncs and their schedule, registered with the queue; nothing runs yet."""
    templates = settings.templates
    limits = GitHubLimits(templates.max_template_archive_bytes, total_s=templates.template_sync_timeout_s)
    repository = GitHubRepository(
        templates.github_api_url, templates.template_repository, templates.template_ref, templates.github_token, limits
    )

    def read(archive: Path, commit: str | None) -> TemplateSource:
        origin = Origin(templates.template_repository, templates.template_ref, commit)
        return StarterArchive(archive, origin, starter_limits(settings), PATH_RULES)

    place = f"{templates.github_api_url} {templates.template_repository} {templates.template_ref}"
    parts = SyncParts(repository, place, read, TemplateIntake(blobs), spools, templates.template_sync_timeout_s)
    syncs = TemplateSyncService(jobs, bus, SyncRunner(bus, parts))
    syncs.register()
    schedule = SyncSchedule(jobs, syncs, templates.template_sync_interval_s)
    schedule.register()
    return syncs, schedule
