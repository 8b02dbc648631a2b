"""The way out of real sandboxes, in every mode: what leads somewhere, and all that leads nowhere."""

import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from aura_gql.sandboxes.egress import EgressPolicy
from aura_gql.sandboxes.providers.local.egress.proxies import EgressProxies
from aura_gql.sandboxes.providers.local.listening import EGRESS_PORT
from aura_gql.sandboxes.providers.local.modes import IsolationMode
from aura_gql.sandboxes.providers.local.provider import LocalProvider
from aura_gql.sandboxes.providers.local.sandbox import LocalSandbox
from aura_gql.sandboxes.tally import EgressTally
from aura_gql.sandboxes.values import SandboxSpec
from tests.sandboxes.providers.local.conftest import SMALL
from tests.support.egress import Origin, ScriptedNames, origin, private
from tests.support.local_sandbox import open_channels
from tests.support.processes import python, shell
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

# Tries each place, by the proxy as tools do or by a connection of its own, and tells what came of it.
SCRIPT = """
import json, socket, sys, urllib.error, urllib.request

def ask(url):
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError as error:
        return None, str(error)

def dial(host, port):
    try:
        socket.create_connection((host, port), 5).close()
    except OSError:
        return False
    return True

wanted = json.loads(sys.argv[1])
print(json.dumps({
    "asked": [ask(url) for url in wanted["urls"]],
    "dialled": [dial(*place) for place in wanted["places"]],
}))
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def host() -> AsyncIterator[Origin]:
    async with origin() as host:
        yield host


@pytest.fixture(scope="module")
def names() -> ScriptedNames:
    return ScriptedNames({"a.example": [["127.0.0.1"]], "rebound.example": [["8.8.8.8", "127.0.0.1"]]})


@pytest.fixture(scope="module")
def tally() -> EgressTally:
    return EgressTally()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def provider(
    root: Path, mode: IsolationMode, names: ScriptedNames, tally: EgressTally
) -> AsyncIterator[LocalProvider]:
    provider = LocalProvider(root, SMALL, modes=[mode], egress=EgressProxies(tally, names))
    yield provider
    await provider.close()


@pytest.fixture(scope="module")
def policy(host: Origin) -> EgressPolicy:
    return private(f"a.example:{host.port}", listed=["rebound.example", "gone.example"])


@pytest_asyncio.fixture(loop_scope="module")
async def open_sandbox(provider: LocalProvider, policy: EgressPolicy) -> AsyncIterator[LocalSandbox]:
    sandbox = await provider.create(SandboxSpec("open", "project", network=policy))
    yield sandbox
    await sandbox.stop()


async def report(sandbox: LocalSandbox, urls: list[str], places: list[tuple[str, int]]) -> dict[str, Any]:
    outcome = await python(sandbox, SCRIPT, json.dumps({"urls": urls, "places": places}))
    assert outcome.stderr == b""
    found: dict[str, Any] = json.loads(outcome.stdout)
    return found


async def test_leads_to_what_is_listed_and_nowhere_else(
    open_sandbox: LocalSandbox, host: Origin, names: ScriptedNames, tally: EgressTally
) -> None:
    asked_before, refused_before = len(names.asked), tally.connections[403]
    allowed = f"http://a.example:{host.port}/path"
    urls = [
        allowed,
        "http://b.example/",
        "http://rebound.example/",
        "http://gone.example/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[fd00:ec2::254]/",
        f"http://a.example:{host.port + 1}/",
        "https://b.example/",
        "https://a.example:22/",
    ]
    places = [("127.0.0.1", host.port), ("8.8.8.8", 443), ("169.254.169.254", 80), ("127.0.0.1", EGRESS_PORT)]
    found = await report(open_sandbox, urls, places)
    assert [status for status, _ in found["asked"]] == [200, 403, 403, 502, 403, 403, 403, None, None]
    assert found["asked"][0][1] == "hello"
    assert "b.example on port 80: only SANDBOX_EGRESS_HOSTS" in str(found["asked"][1][1])
    assert all("403" in str(words) for _, words in found["asked"][7:])
    # Only the proxy itself is there.
    assert found["dialled"] == [False, False, False, True]
    assert names.asked[asked_before:] == ["a.example", "rebound.example", "gone.example"]
    await until(lambda: tally.connections[403] - refused_before == 7)
    metrics = await open_sandbox.metrics()
    assert metrics.network_sent_bytes == len(host.heads[-1])
    assert (metrics.network_received_bytes or 0) > len("hello")


async def test_hides_its_port_and_names_it_to_tools(open_sandbox: LocalSandbox) -> None:
    assert await open_sandbox.ports() == []
    printed = (await shell(open_sandbox, "env; cat /proc/net/tcp")).text
    assert f"HTTPS_PROXY=http://127.0.0.1:{EGRESS_PORT}\n" in printed
    assert f":{EGRESS_PORT:04X} 00000000:0000 0A" in printed


async def test_a_sandbox_without_network_has_no_listener(provider: LocalProvider) -> None:
    sandbox = await provider.create(SandboxSpec("closed", "project"))
    printed = (await shell(sandbox, "env; cat /proc/net/tcp /proc/net/tcp6")).text
    assert "proxy" not in printed.lower()
    assert ":0000 0A" not in printed
    found = await report(sandbox, ["http://a.example/"], [("127.0.0.1", EGRESS_PORT)])
    assert found["asked"][0][0] is None
    assert found["dialled"] == [False]
    assert (await sandbox.metrics()).network_sent_bytes is None
    await sandbox.stop()


async def test_code_can_not_take_the_port_or_keep_the_way_open(provider: LocalProvider, policy: EgressPolicy) -> None:
    before = open_channels()
    sandbox = await provider.create(SandboxSpec("taken", "project", network=policy))
    take = "import socket; s = socket.socket(); s.setsockopt(1, 15, 1); s.setsockopt(1, 2, 1); s.bind(('', {}))"
    outcome = await python(sandbox, take.format(EGRESS_PORT))
    assert b"Address already in use" in outcome.stderr
    flood = "import socket\nheld = [socket.create_connection(('127.0.0.1', {})) for _ in range(100)]\nprint(len(held))"
    assert (await python(sandbox, flood.format(EGRESS_PORT))).text == "100"
    await sandbox.stop()
    await until(lambda: open_channels() == before)


async def test_machines_made_ahead_get_it_as_well(
    root: Path, mode: IsolationMode, policy: EgressPolicy, host: Origin
) -> None:
    folder = root / "warm"
    folder.mkdir(mode=0o755)
    names = ScriptedNames({"a.example": [["127.0.0.1"]]})
    provider = LocalProvider(folder, SMALL, modes=[mode], warm=1, egress=EgressProxies(resolver=names))
    try:
        await provider.health()
        await until(lambda: len(provider._pool._ready) == 1)
        sandbox = await provider.create(SandboxSpec("warm", "project", network=policy))
        assert provider._pooled
        found = await report(sandbox, [f"http://a.example:{host.port}/"], [])
        assert found["asked"] == [[200, "hello"]]
    finally:
        await provider.close()
        shutil.rmtree(folder)
