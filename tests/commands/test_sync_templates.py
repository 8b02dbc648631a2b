"""`aura-gql sync-templates`, as a process, against a GitHub on loopback."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from aura_gql.infra.mongo import Database
from tests.support.commands import aura_gql
from tests.support.github.archives import repository_archive
from tests.support.github.faults import primary_limit
from tests.support.github.server import LoopbackGitHub, loopback_github
from tests.support.github.starters import OWN_STARTERS


@pytest.fixture
def github() -> Iterator[LoopbackGitHub]:
    with loopback_github(repository_archive(OWN_STARTERS)) as github:
        yield github


@pytest.fixture
def settings(mongodb_uri: str, database: Database, tmp_path: Path, github: LoopbackGitHub) -> dict[str, str]:
    return {
        "DATABASE_URL": mongodb_uri,
        "MONGODB_DB_NAME": database.name,
        "BLOB_DIRECTORY": str(tmp_path / "blobs"),
        **github.environment,
    }


def test_what_github_has(github: LoopbackGitHub, settings: dict[str, str], tmp_path: Path) -> None:
    first = aura_gql("sync-templates", cwd=tmp_path, settings=settings)
    assert (first.returncode, first.stderr) == (0, "")
    lines = first.stdout.splitlines()
    assert lines[0] == f"Asking for the commit of {github.state.repository} ..."
    assert lines[1] == f"Downloading {github.state.repository} at {github.state.commit[:7]} ..."
    assert lines[-2:] == [
        "Added node-own, static-own, vite-own",
        "Synced 3 templates: 3 added, 0 changed, 0 unchanged, 0 removed, 0 skipped.",
    ]
    github.state.fail("commits", primary_limit())
    limited = aura_gql("sync-templates", "--force", cwd=tmp_path, settings=settings)
    assert limited.returncode == 1
    assert limited.stderr.startswith("aura-gql: the templates were not synced: ")
    assert limited.stderr.count("\n") == 1
    assert "It can be asked again at " in limited.stderr


def test_a_file_and_nobody_else(github: LoopbackGitHub, settings: dict[str, str], tmp_path: Path) -> None:
    archive = tmp_path / "starters.tar.gz"
    archive.write_bytes(github.state.archive)
    done = aura_gql("sync-templates", "--archive", "starters.tar.gz", cwd=tmp_path, settings=settings)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0] == "Checking the archive ..."
    assert "3 added" in done.stdout
    archive.write_bytes(b"no archive")
    broken = aura_gql("sync-templates", "--archive", "starters.tar.gz", cwd=tmp_path, settings=settings)
    assert broken.returncode == 1
    assert broken.stderr.startswith("aura-gql: the templates were not synced: ")
    assert github.state.asked == []


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    away = {"DATABASE_URL": "mongodb://127.0.0.1:1", "MONGODB_SERVER_SELECTION_TIMEOUT_MS": "200"}
    missing = aura_gql("sync-templates", "--archive", "none.tar.gz", cwd=tmp_path, settings=away)
    assert (missing.returncode, missing.stderr) == (2, "aura-gql: --archive: there is no file none.tar.gz.\n")
