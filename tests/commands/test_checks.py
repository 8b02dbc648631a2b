"""The doctor's checks, on real parts that work and real parts that don't."""

from pathlib import Path
from secrets import token_hex

import pytest

from aura_gql.commands.checks import (
    check_mongodb,
    check_rates,
    check_sandboxes,
    check_sessions,
    check_tools,
    check_trusted_documents,
    isolation_advice,
)
from aura_gql.commands.findings import State
from aura_gql.infra.mongo import Database
from aura_gql.settings import Mode, Settings, load_settings
from tests.support.redis import free_port, needs_redis, running_redis

RANDOM = token_hex(32)


@pytest.fixture
def development(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Settings:
    monkeypatch.setenv("DATA_DIRECTORY", str(tmp_path / "data"))
    return load_settings(Mode.DEVELOPMENT, None)


def settings_with(monkeypatch: pytest.MonkeyPatch, **values: str) -> Settings:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return load_settings(Mode.DEVELOPMENT, None)


async def test_a_replica_set(
    monkeypatch: pytest.MonkeyPatch, mongodb_uri: str, database: Database, tmp_path: Path
) -> None:
    settings = settings_with(monkeypatch, DATABASE_URL=mongodb_uri, MONGODB_DB_NAME=database.name)
    (finding,) = await check_mongodb(settings, tmp_path)
    assert finding.state is State.OK
    assert f"replica set aura, database {database.name}" in finding.detail


async def test_a_database_that_is_away(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    uri = "mongodb://me:hidden@127.0.0.1:1/?directConnection=true"
    settings = settings_with(monkeypatch, DATABASE_URL=uri, MONGODB_SERVER_SELECTION_TIMEOUT_MS="200")
    (finding,) = await check_mongodb(settings, tmp_path)
    assert finding.state is State.FAILED
    assert finding.detail.startswith("No answer from mongodb://127.0.0.1:1/")
    assert "hidden" not in finding.detail
    assert "DATABASE_URL" in finding.advice


async def test_an_embedded_mongod_that_does_not_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = settings_with(monkeypatch, AURA_MONGOD="/bin/false")
    (finding,) = await check_mongodb(settings, tmp_path)
    assert finding.state is State.FAILED
    assert "can't run" in finding.detail
    assert "DATABASE_URL" in finding.advice


@pytest.mark.parametrize(
    ("values", "state", "told"),
    [
        ({}, State.OK, "`dev` makes a secret of its own"),
        ({"BETTER_AUTH_SECRET": RANDOM}, State.OK, "signed by BETTER_AUTH_SECRET"),
        ({"BETTER_AUTH_SECRETS": f"4:{RANDOM}"}, State.OK, "signed by version 4 in BETTER_AUTH_SECRETS"),
        (
            {"BETTER_AUTH_SECRETS": f"4:{RANDOM},3:x,1:y", "BETTER_AUTH_SECRET": RANDOM},
            State.OK,
            "signed by version 4 in BETTER_AUTH_SECRETS; those of 3, 1 have to sign in again, as in Better Auth;"
            " BETTER_AUTH_SECRET counts for nothing beside it",
        ),
        ({"BETTER_AUTH_SECRET": "secret" * 6}, State.WARNING, "signed by BETTER_AUTH_SECRET, which is easily guessed"),
    ],
)
async def test_the_secret_that_counts(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, str], state: State, told: str
) -> None:
    (finding,) = await check_sessions(settings_with(monkeypatch, **values))
    assert (finding.state, finding.detail) == (state, told)


async def test_no_sandbox_without_a_provider(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    settings = settings_with(monkeypatch, DATA_DIRECTORY=str(tmp_path / "file"))
    local, none = await check_sandboxes(settings)
    assert (local.subject, local.state) == ("Sandboxes LOCAL", State.WARNING)
    assert none.state is State.FAILED


async def test_tools_are_named(development: Settings) -> None:
    findings = {finding.subject: finding for finding in await check_tools(development)}
    assert findings["Tool bash"].state is State.OK
    assert not [finding for finding in findings.values() if finding.state is State.FAILED]


@pytest.mark.parametrize(
    ("kernel", "words"),
    [
        ({"kernel/apparmor_restrict_unprivileged_userns": "1"}, "AppArmor"),
        ({"kernel/unprivileged_userns_clone": "0"}, "sysctl kernel.unprivileged_userns_clone=1"),
        ({"user/max_user_namespaces": "0"}, "sysctl user.max_user_namespaces"),
        ({}, "In a container"),
    ],
)
def test_advice_fits_the_kernel(kernel: dict[str, str], words: str) -> None:
    assert words in isolation_advice(kernel.get)


@pytest.mark.parametrize(
    ("content", "state", "told"),
    [
        ('{"a": "{ viewer { id } }"}', State.OK, "1 that fit the schema; others run too"),
        (
            '{"a": "{ viewer { nmae } }"}',
            State.FAILED,
            "TRUSTED_DOCUMENTS: names a document a that",
        ),
        ("", State.FAILED, "TRUSTED_DOCUMENTS: is not JSON."),
    ],
)
async def test_trusted_documents_fit_the_schema(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str, state: State, told: str
) -> None:
    manifest = tmp_path / "documents.json"
    manifest.write_text(content)
    (finding,) = await check_trusted_documents(settings_with(monkeypatch, TRUSTED_DOCUMENTS=str(manifest)))
    assert finding.state is state
    assert finding.detail.startswith(told)


async def test_trusted_documents_are_not_asked_for(development: Settings) -> None:
    assert await check_trusted_documents(development) == []


async def test_counting_without_redis(development: Settings) -> None:
    (finding,) = await check_rates(development)
    assert (finding.state, finding.detail) == (State.OK, "counted in each process for itself")


@needs_redis
async def test_counting_in_a_redis_that_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async with running_redis(free_port(), tmp_path) as url:
        (finding,) = await check_rates(settings_with(monkeypatch, REDIS_URL=url))
    assert finding.state is State.OK, finding
    assert finding.detail == f"counted in {url}"


async def test_counting_in_a_redis_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    (finding,) = await check_rates(settings_with(monkeypatch, REDIS_URL=f"redis://me:hidden@127.0.0.1:{port}/"))
    assert finding.state is State.FAILED
    assert finding.detail.startswith(f"redis://127.0.0.1:{port}/ does not count: ")
    assert "hidden" not in finding.detail
    assert "REDIS_URL" in finding.advice
