"""`aura-gql serve`, as a process."""

import secrets
import signal
from pathlib import Path

import httpx
import pytest
from pymongo import MongoClient
from websockets import ConnectionClosed, Subprotocol
from websockets.sync.client import connect

from tests.support.commands import aura_gql, running


@pytest.fixture
def settings(mongodb_uri: str, tmp_path: Path) -> dict[str, str]:
    return {
        "DATABASE_URL": mongodb_uri,
        "MONGODB_DB_NAME": f"test_serve_{secrets.token_hex(4)}",
        "BETTER_AUTH_SECRET": secrets.token_hex(16),
        "BLOB_DIRECTORY": str(tmp_path / "blobs"),
        "DATA_DIRECTORY": str(tmp_path / "data"),
    }


def test_nothing_is_made_up_for_production(tmp_path: Path) -> None:
    refused = aura_gql("serve", cwd=tmp_path)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.splitlines() == [
        "aura-gql: DATABASE_URL: is required to serve.",
        "aura-gql: MONGODB_DB_NAME: is required to serve.",
        "aura-gql: BETTER_AUTH_SECRET: is required to serve.",
        "aura-gql: R2_BUCKET: storage is required to serve: set all of R2_*, or BLOB_DIRECTORY.",
    ]


def test_a_wrong_setting_is_one_line(tmp_path: Path, settings: dict[str, str]) -> None:
    refused = aura_gql("serve", cwd=tmp_path, settings={**settings, "SHUTDOWN_GRACE_MS": "soon"})
    assert refused.returncode == 2
    assert refused.stderr.startswith("aura-gql: SHUTDOWN_GRACE_MS: ")
    assert refused.stderr.count("\n") == 1


def test_a_manifest_that_is_no_good_is_one_line(tmp_path: Path, settings: dict[str, str]) -> None:
    refused = aura_gql("serve", "--port", "0", cwd=tmp_path, settings={**settings, "TRUSTED_DOCUMENTS": "none.json"})
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == "aura-gql: TRUSTED_DOCUMENTS: can't be read: No such file or directory.\n"


def ping(address: str, length: int) -> str:
    """What a socket answers to a ping of so many bytes; ConnectionClosed."""
    with connect(address, subprotocols=[Subprotocol("graphql-transport-ws")]) as client:
        client.send('{"type": "ping"}'.ljust(length))
        return str(client.recv(timeout=30))


def test_it_serves_and_ends(tmp_path: Path, settings: dict[str, str]) -> None:
    most = 9 * 1024 * 1024
    with running("serve", cwd=tmp_path, settings={**settings, "MAX_BODY_BYTES": str(most)}) as server:
        address = f"{server.url.replace('http', 'ws', 1)}/graphql"
        assert "pong" in ping(address, most)
        with pytest.raises(ConnectionClosed):
            ping(address, most + 1)
        answer = httpx.get(f"{server.url}/healthz", headers={"x-forwarded-for": "203.0.113.9"}, timeout=60)
        assert answer.json()["status"] == "ok"
        assert "server" not in answer.headers
        page = httpx.get(f"{server.url}/graphql", headers={"accept": "text/html"}, timeout=60)
        assert "set-cookie" not in page.headers
        assert server.stop(signal.SIGTERM) == 0
    with MongoClient[dict[str, object]](settings["DATABASE_URL"]) as client:
        assert "project_templates" in client[settings["MONGODB_DB_NAME"]].list_collection_names()
        client.drop_database(settings["MONGODB_DB_NAME"])


def test_a_database_that_is_away_is_one_line(tmp_path: Path, settings: dict[str, str]) -> None:
    away = {
        **settings,
        "DATABASE_URL": "mongodb://user:hidden@127.0.0.1:1",
        "MONGODB_SERVER_SELECTION_TIMEOUT_MS": "200",
    }
    failed = aura_gql("serve", "--port", "0", cwd=tmp_path, settings=away)
    assert failed.returncode == 1
    assert "MongoDB does not answer" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert "hidden" not in failed.stderr
