"""Syncs over a loopback GitHub, with a queue of their own for each server that a test has."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bson import ObjectId

from aura_gql.files.archives.unpacking import PATH_RULES
from aura_gql.infra.bus import InProcessBus
from aura_gql.infra.jobs import DurableJobs
from aura_gql.infra.mongo import Database
from aura_gql.storage.archives.values import ArchiveLimits
from aura_gql.storage.backends.local import LocalBlobStore
from aura_gql.storage.spooling import Spools
from aura_gql.templates.intake.service import TemplateIntake
from aura_gql.templates.ports import TemplateSource
from aura_gql.templates.service import TemplateService
from aura_gql.templates.sources.starters.archive import StarterArchive
from aura_gql.templates.sources.starters.values import Origin, StarterLimits
from aura_gql.templates.syncs.records import TemplateSyncRecord
from aura_gql.templates.syncs.running import SyncParts, SyncRunner
from aura_gql.templates.syncs.service import TemplateSyncService
from tests.support.github.archives import repository_archive
from tests.support.github.clients import repository_at
from tests.support.github.server import LoopbackGitHub
from tests.support.jobs import QUICK
from tests.support.waiting import until

_LIMITS = StarterLimits(ArchiveLimits(), 100, 100_000, 1_000_000)


def read_starters(archive: Path, commit: str | None) -> TemplateSource:
    """The starters of a packed repository."""
    return StarterArchive(archive, Origin("own/starters", "main", commit), _LIMITS, PATH_RULES)


def packed(texts: dict[str, str], commit: str) -> bytes:
    """A packed repository with a starter by each name, whose page has the text."""
    return repository_archive({f"{name}/index.html": text.encode() for name, text in texts.items()}, commit=commit)


@dataclass
class SyncWorld:
    """The catalogue, and what one server after the other works with."""

    database: Database
    github: LoopbackGitHub
    folder: Path
    bus: InProcessBus = field(default_factory=InProcessBus)
    timeout_s: float = 60.0
    read: Callable[[Path, str | None], TemplateSource] = read_starters

    @property
    def spools(self) -> Path:
        """Where archives pass through."""
        return self.folder / "spools"

    def server(self) -> tuple[DurableJobs, TemplateSyncService]:
        """The queue of one more server, which is not started, and its syncs."""
        jobs = DurableJobs(exclusive=True, timing=QUICK)
        syncs = TemplateSyncService(jobs, self.bus, self.runner())
        syncs.register()
        return jobs, syncs

    def runner(self) -> SyncRunner:
        """What runs the syncs."""
        intake = TemplateIntake(LocalBlobStore(self.folder / "blobs"))
        repository = repository_at(self.github.url)
        parts = SyncParts(repository, "own/starters", self.read, intake, Spools(self.spools), self.timeout_s)
        return SyncRunner(self.bus, parts)

    def publish(self, commit: str, /, **texts: str) -> None:
        """The repository has these starters from now on, at a commit that begins so."""
        whole = commit.ljust(40, "0")
        self.github.state.publish(packed(texts, whole), whole)

    async def catalogue(self) -> dict[str, bytes]:
        """The page of each active template, by its slug."""
        templates = TemplateService(LocalBlobStore(self.folder / "blobs"))
        page = await templates.list()
        return {one.slug: await templates.read_file(one.id, "index.html") for one in page.items}

    def empty_the_store(self) -> None:
        """All blobs are lost."""
        shutil.rmtree(self.folder / "blobs")


async def ended(syncs: TemplateSyncService, sync_id: ObjectId) -> TemplateSyncRecord:
    """The sync once it has ended."""

    async def look() -> TemplateSyncRecord | None:
        found = (await syncs.get_many([sync_id]))[sync_id]
        return found if found.status.has_ended else None

    found = await until(look)
    assert found is not None
    return found
