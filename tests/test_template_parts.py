"""Syncs as settings have them."""

from pathlib import Path

from pydantic import SecretStr

from aura_gql.infra.bus import InProcessBus
from aura_gql.infra.documents import JobDocument
from aura_gql.infra.jobs import DurableJobs
from aura_gql.infra.mongo import Database
from aura_gql.storage.backends.local import LocalBlobStore
from aura_gql.storage.spooling import Spools
from aura_gql.template_parts import create_template_syncs
from aura_gql.templates.syncs.documents import SYNC_DOCUMENTS
from aura_gql.templates.syncs.records import SyncStatus
from tests.support.api import settings_for
from tests.support.github.archives import repository_archive
from tests.support.github.server import loopback_github
from tests.support.github.starters import OWN_STARTERS
from tests.support.mongo import init_documents
from tests.support.templates import TEMPLATE_DOCUMENTS

REFUSED = {
    "template_repository": ("own/others", "NOT_FOUND"),
    "template_ref": ("other", "NOT_FOUND"),
    "github_token": (SecretStr("unknown"), "INVALID_STATE"),
    "max_template_archive_bytes": (10, "INVALID_STATE"),
    "max_template_bytes": (10, "INVALID_STATE"),
    "max_template_files": (2, "INVALID_STATE"),
}


async def test_each_setting_counts(database: Database, tmp_path: Path) -> None:
    await init_documents(database, [*TEMPLATE_DOCUMENTS, JobDocument, *SYNC_DOCUMENTS])
    with loopback_github(repository_archive(OWN_STARTERS)) as github:
        right: dict[str, object] = {"github_api_url": github.url, "template_repository": github.state.repository}
        for name, (wrong, code) in [*REFUSED.items(), ("template_sync_interval_s", (0, None))]:
            settings = settings_for(tmp_path, database.name, templates={**right, name: wrong})
            syncs, _ = create_template_syncs(
                settings, LocalBlobStore(tmp_path / "blobs"), Spools(tmp_path / "spools"), DurableJobs(), InProcessBus()
            )
            sync = await syncs.run_here()
            assert (sync.failure and sync.failure.code) == code, name
        assert sync.status is SyncStatus.SUCCEEDED
        assert len(sync.added) == 3


async def test_what_was_too_large_is_looked_at_again_where_more_fits(database: Database, tmp_path: Path) -> None:
    await init_documents(database, [*TEMPLATE_DOCUMENTS, JobDocument, *SYNC_DOCUMENTS])
    with loopback_github(repository_archive(OWN_STARTERS)) as github:
        templates: dict[str, object] = {"github_api_url": github.url, "template_repository": github.state.repository}
        found = []
        for most in (3, 100, 100):
            files: dict[str, object] = {"max_files_per_project": most}
            settings = settings_for(tmp_path, database.name, templates=templates, files=files)
            syncs, _ = create_template_syncs(
                settings, LocalBlobStore(tmp_path / "blobs"), Spools(tmp_path / "spools"), DurableJobs(), InProcessBus()
            )
            sync = await syncs.run_here()
            found.append((sync.status, len(sync.added)))
    assert found == [(SyncStatus.SUCCEEDED, 2), (SyncStatus.SUCCEEDED, 1), (SyncStatus.UNCHANGED, 0)]
