"""What syncs of templates work with, wired alike for a server and for the command."""

from datetime import timedelta
from pathlib import Path

from aura_gql.bounds_templates import starter_limits
from aura_gql.files.archives.unpacking import PATH_RULES
from aura_gql.infra.ports import EventBus, JobQueue
from aura_gql.projects.revisions.documents import find_needed
from aura_gql.settings import Settings
from aura_gql.storage.ports import BlobStore
from aura_gql.storage.spooling import Spools
from aura_gql.templates.cache.service import TemplateCache
from aura_gql.templates.intake.service import TemplateIntake
from aura_gql.templates.ports import TemplateSource
from aura_gql.templates.sources.github import GitHubLimits, GitHubRepository
from aura_gql.templates.sources.starters.archive import StarterArchive
from aura_gql.templates.sources.starters.values import Origin
from aura_gql.templates.syncs.news import SyncNews
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

    bounds = starter_limits(settings)

    def read(archive: Path, commit: str | None) -> TemplateSource:
        origin = Origin(templates.template_repository, templates.template_ref, commit)
        return StarterArchive(archive, origin, bounds, PATH_RULES)

    # With the bounds, as what was left out for one of them may fit into others.
    place = f"{templates.github_api_url} {templates.template_repository} {templates.template_ref} {bounds}"
    fresh_for = timedelta(hours=templates.template_cache_hours)
    timeout_s = templates.template_sync_timeout_s
    parts = SyncParts(repository, place, read, TemplateIntake(blobs), spools, timeout_s, fresh_for)
    syncs = TemplateSyncService(jobs, bus, SyncRunner(bus, parts))
    syncs.register()
    schedule = SyncSchedule(jobs, syncs, templates.template_sync_interval_s)
    schedule.register()
    return syncs, schedule


def create_template_cache(settings: Settings, blobs: BlobStore, syncs: TemplateSyncService) -> TemplateCache:
    """The cache, which asks for syncs where templates are stale; nothing runs yet."""
    templates = settings.templates
    news = SyncNews(syncs, templates.template_sync_interval_s)
    return TemplateCache(blobs, templates.template_memory_bytes, templates.template_preload, news, find_needed)
