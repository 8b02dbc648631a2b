"""`aura-gql dev`, as a process: what it starts, tells, refuses and ends."""

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pymongo import MongoClient
from websockets import ConnectionClosed, Subprotocol
from websockets.sync.client import connect

from tests.support.commands import RunningServer, aura_gql, running, starting
from tests.support.mongo import scratch_folder
from tests.support.waiting import until


@pytest.fixture
def place() -> Iterator[Path]:
    with scratch_folder() as folder:
        yield folder


def ask(server: RunningServer, query: str, bearer: str = "") -> httpx.Response:
    headers = {"authorization": f"Bearer {bearer}"} if bearer else {}
    return httpx.post(f"{server.url}/graphql", json={"query": query}, headers=headers, timeout=30)


def lives(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False


def test_from_nothing_to_a_signed_in_query_and_back(place: Path) -> None:
    data = place / ".aura"
    with running("dev", cwd=place) as server:
        assert httpx.get(f"{server.url}/healthz", timeout=60).json()["status"] == "ok"
        assert {
            path.name: path.stat().st_mode & 0o777 for path in (data, data / "mongodb.uri", data / "auth.secret")
        } == {
            ".aura": 0o700,
            "mongodb.uri": 0o600,
            "auth.secret": 0o600,
        }
        token = aura_gql("token", "--email", "ada@example.com", cwd=place)
        assert token.returncode == 0, token.stderr
        answer = ask(server, "{ viewer { email } templates(first: 1) { totalCount } }", token.stdout.strip()).json()
        assert answer["data"]["viewer"] == {"email": "ada@example.com"}
        assert answer["data"]["templates"]["totalCount"] >= 10
        uri = (data / "mongodb.uri").read_text().strip()
        with MongoClient[dict[str, object]](uri) as client:
            mongod = int(str(client.admin.command("serverStatus")["pid"]))
        assert server.stop(signal.SIGINT) == 130
        assert not lives(mongod)
        assert not (data / "mongodb.uri").exists()
        assert server.log == []


def test_sigterm_is_an_orderly_end_too(place: Path) -> None:
    with running("dev", cwd=place) as server:
        assert server.stop(signal.SIGTERM) == 0
        assert server.log == []
        assert not (place / ".aura" / "mongodb.uri").exists()


def test_a_second_server_on_the_folder_learns_of_the_first(place: Path) -> None:
    with running("dev", "--data-dir", place / "data", cwd=place) as server:
        second = aura_gql("dev", "--data-dir", place / "data", "--port", "0", cwd=place)
        assert second.returncode == 1
        assert second.stderr == (
            f"aura-gql: another aura-gql dev is using {place / 'data'} (pid {server.process.pid}, at {server.url}); "
            "stop it, or name another folder with --data-dir.\n"
        )
        port = server.url.rpartition(":")[2]
        elsewhere = aura_gql("dev", "--data-dir", place / "other", "--port", port, cwd=place)
        assert elsewhere.returncode == 1
        assert f"can't listen on 127.0.0.1 port {port}: Address already in use" in elsewhere.stderr
        assert httpx.get(f"{server.url}/healthz", timeout=60).status_code == 200


def test_what_was_kept_survives_kill_9(place: Path) -> None:
    with running("dev", cwd=place) as server:
        bearer = aura_gql("token", "--email", "ada@example.com", cwd=place).stdout.strip()
        assert ask(server, "{ viewer { email } }", bearer).json()["data"] == {"viewer": {"email": "ada@example.com"}}
        assert server.stop(signal.SIGKILL) == -signal.SIGKILL
    orphaned = aura_gql("token", "--email", "ada@example.com", cwd=place)
    assert (orphaned.returncode, orphaned.stderr) == (
        1,
        f"aura-gql: no aura-gql dev is running on {place / '.aura'}; start it, or name its folder with --data-dir.\n",
    )
    with running("dev", cwd=place) as server:
        assert ask(server, "{ viewer { email } }", bearer).json()["data"] == {"viewer": {"email": "ada@example.com"}}


def test_ctrl_c_ends_open_connections(place: Path) -> None:
    with running("dev", cwd=place) as server:
        host, port = server.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=30) as idle:
            idle.sendall(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
            assert idle.recv(12) == b"HTTP/1.1 200"
            assert server.stop(signal.SIGINT) == 130
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((host, int(port)))


def test_ctrl_c_closes_sockets_politely(place: Path) -> None:
    with running("dev", cwd=place) as server:
        address = server.url.replace("http", "ws", 1) + "/graphql"
        with connect(address, subprotocols=[Subprotocol("graphql-transport-ws")]) as client:
            client.send('{"type": "connection_init"}')
            assert "connection_ack" in str(client.recv(timeout=30))
            assert server.stop(signal.SIGINT) == 130
            with pytest.raises(ConnectionClosed) as closed:
                client.recv(timeout=30)
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code in (1001, 1012)
        assert server.log == []


@pytest.mark.parametrize("mark", ["lock", "mongodb/db/mongod.lock", "blobs"])
async def test_ctrl_c_while_it_starts_leaves_nothing_running(place: Path, mark: str) -> None:
    data = place / ".aura"
    with starting("dev", cwd=place) as process:
        await until(lambda: (data / mark).exists())
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 130
    assert not (data / "mongodb.uri").exists()
    assert not [pid for pid in os.listdir("/proc") if pid.isdecimal() and mentions(int(pid), data)]


def mentions(pid: int, folder: Path) -> bool:
    try:
        return str(folder).encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def test_a_folder_that_cannot_be_made(place: Path) -> None:
    refused = aura_gql("dev", "--port", "0", "--data-dir", "/proc/aura", cwd=place)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == "aura-gql: can't use the data folder /proc/aura: No such file or directory.\n"
