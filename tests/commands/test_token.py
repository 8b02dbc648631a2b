"""`aura-gql token` on the database of the settings; `dev` proves it on a data folder."""

import secrets
from pathlib import Path

import pytest

from aura_gql.auth.service import AuthService
from aura_gql.infra.mongo import Database
from tests.support.commands import aura_gql

SECRET = secrets.token_hex(16)


@pytest.fixture
def settings(mongodb_uri: str, database: Database) -> dict[str, str]:
    return {"DATABASE_URL": mongodb_uri, "MONGODB_DB_NAME": database.name, "BETTER_AUTH_SECRET": SECRET}


@pytest.mark.parametrize(("words", "is_admin"), [((), False), (("--admin",), True)])
async def test_the_bearer_signs_in(
    tmp_path: Path, settings: dict[str, str], database: Database, words: tuple[str, ...], is_admin: bool
) -> None:
    result = aura_gql("token", "--email", "Ada@Example.com", *words, cwd=tmp_path, settings=settings)
    assert (result.returncode, result.stderr) == (0, "")
    viewer = await AuthService(database, SECRET).authenticate(None, f"Bearer {result.stdout.strip()}")
    assert viewer is not None
    assert (viewer.email, viewer.is_admin) == ("ada@example.com", is_admin)


async def test_the_named_database_goes_before_that_of_the_url(
    tmp_path: Path, mongodb_uri: str, settings: dict[str, str], database: Database
) -> None:
    settings["DATABASE_URL"] = mongodb_uri.replace("/?", "/elsewhere?")
    result = aura_gql("token", "--email", "ada@example.com", cwd=tmp_path, settings=settings)
    viewer = await AuthService(database, SECRET).authenticate(None, f"Bearer {result.stdout.strip()}")
    assert viewer is not None


def test_what_is_no_address(tmp_path: Path, settings: dict[str, str]) -> None:
    result = aura_gql("token", "--email", "ada", cwd=tmp_path, settings=settings)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("aura-gql: --email: An e-mail address has the form")


def test_a_database_without_its_secret(tmp_path: Path, settings: dict[str, str]) -> None:
    result = aura_gql("token", "--email", "a@b.c", cwd=tmp_path, settings={"DATABASE_URL": settings["DATABASE_URL"]})
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("aura-gql: BETTER_AUTH_SECRET: is required beside DATABASE_URL")


def test_a_database_that_is_away(tmp_path: Path, settings: dict[str, str]) -> None:
    away = {"DATABASE_URL": "mongodb://127.0.0.1:1", "MONGODB_SERVER_SELECTION_TIMEOUT_MS": "200"}
    result = aura_gql("token", "--email", "a@b.c", cwd=tmp_path, settings=settings | away)
    assert result.returncode == 1
    assert result.stderr.startswith("aura-gql: MongoDB does not answer")


def test_no_server_on_the_folder(tmp_path: Path) -> None:
    result = aura_gql("token", "--email", "a@b.c", "--data-dir", tmp_path / "data", cwd=tmp_path)
    assert result.returncode == 1
    assert "no aura-gql dev is running on" in result.stderr
