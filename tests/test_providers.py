"""The same project on every provider, over the whole server, by changing one word."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from pydantic import SecretStr

from aura_gql.infra.mongo import Database
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.settings_types import SizePrice
from tests.support.api import Data, Member, running_api
from tests.support.examples import example
from tests.support.journeys import CREATE_SANDBOX, SANDBOX_CHANGED, finished, ready_project
from tests.support.terminal_journeys import WRITE, done, opened, shown_until, watch
from tests.support.vendors.places import Place, place
from tests.support.waiting import until

PROGRAM = """
import os, sys
print("from", os.path.basename(os.getcwd()), "main.py" in os.listdir(), flush=True)
os.write(2, bytes([255, 10]))
open("made.txt", "w").write("made inside")
sys.exit(7)
"""
PROVIDERS = """query ($slug: String!) {
    sandboxProviders { name available circuit { state } limits { sessions } languages { language available } }
    template(slug: $slug) { providers { provider isSupported reason } }
}"""
SANDBOX = """query ($id: ID!) { sandbox(id: $id) {
    status statusReason provider wantedProvider fallbackReason savedFiles { savedCount } usage { seconds costCents }
} }"""
PORTS = "query ($id: ID!) { sandbox(id: $id) { ports { port } } }"
FILE = 'query ($id: ID!) { project(id: $id) { file(path: "made.txt") { content } } }'
EXECUTE, RUN, PREVIEW, STOP = (
    example(name) for name in ("ExecuteCode", "RunCommand", "CreatePreviewUrl", "StopSandbox")
)


@pytest.fixture(params=list(SandboxProviderName))
async def elsewhere(request: pytest.FixtureRequest) -> AsyncIterator[Place]:
    async with place(request.param) as found:
        yield found


async def test_a_project_runs_anywhere(elsewhere: Place, mongodb_uri: str, database: Database, tmp_path: Path) -> None:
    prices = (SizePrice("small", 1_000_000),)
    settings = {**elsewhere.settings, f"{elsewhere.name.lower()}_price_microcents_per_s": prices}
    async with running_api(mongodb_uri, tmp_path, database, providers=settings) as api:
        ada = await api.sign_in("ada")
        project = await ready_project(ada, sandboxProvider=elsewhere.name)
        sandbox = await _started(ada, project, provider=elsewhere.name)

        chunks, end = await finished(ada, await _executed(ada, sandbox))
        assert (end["status"], end["exitCode"]) == ("FAILED", 7), (chunks, end)
        said = "".join(chunk["text"] for chunk in chunks if chunk["stream"] == "STDOUT")
        assert said == "from project True\n"
        assert [chunk["base64"] for chunk in chunks if chunk["stream"] == "STDERR"] == ["/wo="]
        await _types_into_a_terminal(ada, sandbox)
        await _looks_at_a_preview(ada, sandbox)
        await _is_told(ada, elsewhere)

        await ada.execute(STOP, input={"sandboxId": sandbox})

        async def has_ended() -> bool:
            return bool((await _sandbox(ada, sandbox))["status"] == "STOPPED")

        await until(has_ended)
        told = await _sandbox(ada, sandbox)
        assert told["savedFiles"]["savedCount"] >= 1
        assert told["usage"]["costCents"] == told["usage"]["seconds"] > 0
        assert (await ada.execute(FILE, id=project))["project"]["file"]["content"] == "made inside"
        await until(lambda: elsewhere.machines() == 0)


async def test_another_provider_runs_it_where_that_is_allowed(
    mongodb_uri: str, database: Database, tmp_path: Path
) -> None:
    async with place(SandboxProviderName.E2B) as cloud:
        settings = {**cloud.settings, "e2b_api_key": SecretStr("e2b_wrong")}
        async with running_api(mongodb_uri, tmp_path, database, providers=settings) as api:
            ada = await api.sign_in("ada")
            project = await ready_project(ada, sandboxProvider="E2B")
            alone = str(
                (await ada.execute(CREATE_SANDBOX, input={"projectId": project}))["createSandbox"]["sandbox"]["id"]
            )

            async def has_failed() -> bool:
                return bool((await _sandbox(ada, alone))["status"] == "ERROR")

            await until(has_failed)
            allowed = await _sandbox(ada, await _started(ada, project, fallback=["LOCAL"]))
            refused = await _sandbox(ada, alone)
            providers = await ada.execute("{ sandboxProviders { name available detail } }")
            async with httpx.AsyncClient(
                transport=httpx.ASGITransport(api.machines), base_url="http://machines"
            ) as http:
                metrics = (await http.get("/metrics")).text

    assert (allowed["provider"], allowed["wantedProvider"]) == ("LOCAL", "E2B")
    e2b = next(each for each in providers["sandboxProviders"] if each["name"] == "E2B")
    assert not e2b["available"]
    assert 'aura_vendor_key_refused{provider="E2B"} 1.0' in metrics
    for words in (allowed["fallbackReason"], refused["statusReason"], e2b["detail"]):
        assert "E2B can't be used" in words
        assert "key" not in words.lower()


async def _started(ada: Member, project: str, **wish: object) -> str:
    wish["projectId"] = project
    payload = (await ada.execute(CREATE_SANDBOX, input=wish))["createSandbox"]
    assert payload["errors"] == []
    sandbox = str(payload["sandbox"]["id"])
    async with aclosing(ada.subscribe(SANDBOX_CHANGED, sandboxId=sandbox)) as events:
        async for data in events:
            event = data["sandboxStatus"]
            assert event["status"] in ("PENDING", "STARTING", "RUNNING"), event["reason"]
            if event["status"] == "RUNNING":
                break
    return sandbox


async def _executed(ada: Member, sandbox: str) -> str:
    wish = {"sandboxId": sandbox, "language": "PYTHON", "code": PROGRAM}
    payload = (await ada.execute(EXECUTE, input=wish))["executeCode"]
    assert payload["errors"] == []
    return str(payload["execution"]["id"])


async def _types_into_a_terminal(ada: Member, sandbox: str) -> None:
    terminal = await opened(ada, sandbox)
    async with aclosing(watch(ada, terminal)) as events:
        await done(ada, WRITE, terminalId=terminal, text="echo $((40 + 2))-$PWD; exit\n")
        assert "42-/" in await shown_until(events, "42-")


async def _looks_at_a_preview(ada: Member, sandbox: str) -> None:
    wish = {"sandboxId": sandbox, "command": "python3 -m http.server 3000", "background": True}
    assert (await ada.execute(RUN, input=wish))["runCommand"]["errors"] == []

    async def listens() -> bool:
        return bool((await ada.execute(PORTS, id=sandbox))["sandbox"]["ports"] == [{"port": 3000}])

    await until(listens)
    made = (await ada.execute(PREVIEW, input={"sandboxId": sandbox, "port": 3000}))["createPreviewUrl"]
    assert made["errors"] == []
    address = urlsplit(made["previewUrl"]["url"])

    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{address.port}", timeout=30) as http:
        page = await http.get("/", headers={"host": address.netloc})
    assert "main.py" in page.text


async def _is_told(ada: Member, elsewhere: Place) -> None:
    found = await ada.execute(PROVIDERS, slug="python-script")
    provider = next(each for each in found["sandboxProviders"] if each["name"] == elsewhere.name)
    assert provider["available"]
    assert provider["limits"]["sessions"] == 1
    assert provider["circuit"] == (None if elsewhere.name == "LOCAL" else {"state": "CLOSED"})
    assert {"language": "PYTHON", "available": True} in provider["languages"]
    runs = {each["provider"]: each["isSupported"] for each in found["template"]["providers"]}
    assert runs[elsewhere.name]


async def _sandbox(ada: Member, sandbox: str) -> Data:
    found: Data = (await ada.execute(SANDBOX, id=sandbox))["sandbox"]
    return found
