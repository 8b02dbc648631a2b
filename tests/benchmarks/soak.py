"""`scripts/bench soak`: sockets open, subscribe and die abruptly, in waves; and what the server holds afterwards."""

import contextlib
import os
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from aura_gql.auth.service import AuthService
from aura_gql.commands.data_folder import DataFolder
from aura_gql.commands.open_files import allow_many_open_files
from aura_gql.infra.mongo import Database, connect
from aura_gql.settings_groups import DatabaseSettings
from tests.benchmarks.serving import Serving, serving
from tests.benchmarks.soak_clients import Watch, kill_all, open_all
from tests.benchmarks.soak_server import HELD
from tests.support.api import Member
from tests.support.journeys import ready_project, running_sandbox
from tests.support.waiting import until

SOCKETS_OF_A_USER = 50
MIB = 1024 * 1024
COLUMNS = "{:<22} {:>8} {:>14} {:>11} {:>7} {:>7} {:>9} {:>8}"

# To the database: they are files, too, and their number goes by the load.
_FEW_CONNECTIONS = {"MONGODB_MAX_POOL_SIZE": "20"}
_ALL = {"all": "yes"}
_PROJECT = "subscription ($id: ID!) { projectChanged(id: $id) { sequence } }"
_OUTPUT = "subscription ($id: ID!) { executionOutput(id: $id) { __typename } }"
_RUN = "mutation ($input: RunCommandInput!) { runCommand(input: $input) { execution { id } errors { message } } }"
_BUSY = {"command": "while true; do echo busy; sleep 0.1; done", "timeoutMs": 600_000}


@dataclass(frozen=True, slots=True)
class Held:
    """What the server holds, by its own count and by the kernel's."""

    sockets: int
    subscriptions: int
    generators: int
    tasks: int
    files: int
    memory_bytes: int


@dataclass(frozen=True, slots=True)
class Wave:
    """What was held while all clients were there, what afterwards, and how long that took."""

    at_peak: Held
    afterwards: Held
    seconds: float


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much more the server may hold after the last wave than after the first, and how long an end may take.

    The server's own loops and its connections to the database come and go; memory is what the
    allocator keeps, in bytes.
    """

    generators: int = 5
    tasks: int = 10
    files: int = 30
    memory_bytes: int = 16 * MIB
    seconds: float = 10.0


async def soak(sockets: int, waves: int) -> list[Wave]:
    """The waves, the first of which warms up; a busy stream of output is among what is watched."""
    allow_many_open_files()
    async with _server() as (server, http, users):
        watches = await _watches(users, sockets, http, server.host)
        found: list[Wave] = []
        for _ in range(waves):
            clients = await open_all(watches)
            at_peak = await _held(server, http)
            started = time.perf_counter()
            await kill_all(clients)
            with contextlib.suppress(AssertionError):
                await until(lambda: _all_gone(http), timeout_s=30)
            seconds = time.perf_counter() - started
            found.append(Wave(at_peak, await _settled(server, http, found), seconds))
            print(*_lines(found), sep="\n", flush=True)
        return found


def verdict(waves: list[Wave], sockets: int, bounds: Bounds | None = None) -> list[str]:
    """What is not as it should be after at least two waves; empty where all came back."""
    bounds, first, last = bounds or Bounds(), waves[0].afterwards, waves[-1].afterwards
    wrong = [
        f"{wave.at_peak} should have {sockets} sockets and subscriptions."
        for wave in waves
        if not _is_full(wave, sockets)
    ]
    wrong += [f"{wave.afterwards} should have no socket and no subscription." for wave in waves if not _is_over(wave)]
    grown = (
        ("generators", last.generators - first.generators, bounds.generators),
        ("tasks", last.tasks - first.tasks, bounds.tasks),
        ("files", last.files - first.files, bounds.files),
        ("bytes of memory", last.memory_bytes - first.memory_bytes, bounds.memory_bytes),
    )
    wrong += [f"{more} {name} stayed; {most} may." for name, more, most in grown if more > most]
    slowest = max(wave.seconds for wave in waves)
    if slowest > bounds.seconds:
        wrong.append(f"It took {slowest:.1f} s to end what dead clients left; {bounds.seconds:g} s may.")
    return wrong


def header() -> str:
    """The heads of the columns."""
    return COLUMNS.format("", "sockets", "subscriptions", "generators", "tasks", "files", "RSS, MiB", "gone, s")


def _lines(waves: list[Wave]) -> list[str]:
    number, wave = len(waves), waves[-1]
    return [_line(f"wave {number}", wave.at_peak, ""), _line("  afterwards", wave.afterwards, f"{wave.seconds:.2f}")]


def _line(name: str, held: Held, seconds: str) -> str:
    counts = (held.sockets, held.subscriptions, held.generators, held.tasks, held.files)
    return COLUMNS.format(name, *counts, f"{held.memory_bytes / MIB:.1f}", seconds)


def _is_full(wave: Wave, sockets: int) -> bool:
    return wave.at_peak.sockets == wave.at_peak.subscriptions == sockets


def _is_over(wave: Wave) -> bool:
    return wave.afterwards.sockets == wave.afterwards.subscriptions == 0


async def _held(server: Serving, http: httpx.AsyncClient) -> Held:
    told = (await http.get(HELD, params=_ALL)).json()
    files = len(os.listdir(f"/proc/{server.pid}/fd"))
    pages = int(Path(f"/proc/{server.pid}/statm").read_text().split()[1])
    return Held(**told, files=files, memory_bytes=pages * os.sysconf("SC_PAGE_SIZE"))


async def _all_gone(http: httpx.AsyncClient) -> bool:
    told = (await http.get(HELD)).json()
    return bool(told["sockets"] == told["subscriptions"] == 0)


async def _settled(server: Serving, http: httpx.AsyncClient, earlier: list[Wave]) -> Held:
    """What is held once the tasks and generators of connections have ended, too, or have had their time."""
    held = await _held(server, http)
    if not earlier:
        return held
    usual = earlier[0].afterwards
    with contextlib.suppress(AssertionError):
        await until(lambda: _is_back(http, usual), timeout_s=5)
    return await _held(server, http)


async def _is_back(http: httpx.AsyncClient, usual: Held) -> bool:
    told = (await http.get(HELD, params=_ALL)).json()
    return bool(told["generators"] <= usual.generators + 1 and told["tasks"] <= usual.tasks + 1)


@contextlib.asynccontextmanager
async def _server() -> AsyncIterator[tuple[Serving, httpx.AsyncClient, AuthService]]:
    with tempfile.TemporaryDirectory(prefix="aura-soak-") as name:
        Path(name).chmod(0o755)  # Sandboxes of some modes run as users that have to pass through.
        data = DataFolder(Path(name) / "data")
        async with contextlib.AsyncExitStack() as stack:
            command = ("tests.benchmarks.soak_server", "dev", "--port", "0", "--data-dir", str(data.path))
            server = await stack.enter_async_context(serving(*command, env=_FEW_CONNECTIONS))
            uri, secret = data.connection()
            client = await stack.enter_async_context(connect(DatabaseSettings(), uri))
            database: Database = client.get_default_database()
            http = await stack.enter_async_context(httpx.AsyncClient(base_url=f"http://{server.host}", timeout=60))
            yield server, http, AuthService(database, secret)


async def _watches(users: AuthService, sockets: int, http: httpx.AsyncClient, host: str) -> list[Watch]:
    """Each user watches a project, but for the first, who watches a program that never stops printing."""
    watches: list[Watch] = []
    while len(watches) < sockets:
        number = len(watches) // SOCKETS_OF_A_USER
        session = await users.sign_in(f"soak-{number}@example.com")
        member = Member(http, host, session.bearer)
        project = await ready_project(member)
        watch = Watch(member, _PROJECT, project)
        if number == 0:
            watch = Watch(member, _OUTPUT, await _busy_execution(member, project))
        watches += [watch] * min(SOCKETS_OF_A_USER, sockets - len(watches))
    return watches


async def _busy_execution(member: Member, project: str) -> str:
    wish = {"sandboxId": await running_sandbox(member, project), **_BUSY}
    payload = (await member.execute(_RUN, input=wish))["runCommand"]
    if payload["errors"]:
        raise RuntimeError(payload["errors"][0]["message"])
    return str(payload["execution"]["id"])
