"""Syncing over the API, as administrators do and nobody else."""

import asyncio
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from structlog.testing import capture_logs

from aura_gql.infra.mongo import Database
from tests.support.api import Data, Member, Refused, running_api
from tests.support.github.archives import repository_archive
from tests.support.github.server import LoopbackGitHub, loopback_github
from tests.support.github.starters import OWN_STARTERS
from tests.support.waiting import until

SYNC = "mutation($input: SyncTemplatesInput!) { syncTemplates(input: $input) { sync { id status } errors { code } } }"
LATEST = """{ templateSync {
  id status step trigger isForced commit downloadedBytes readTemplates added removed skipped { path reason }
  counts { added changed unchanged removed skipped } failure { code message retryAt } startedAt endedAt
} }"""
WATCH = "subscription { templateSync { sync { id sequence status step } } }"
VARIABLES: dict[str, Data] = {SYNC: {"input": {}}}
NODE = "query($id: ID!) { node(id: $id) { id ... on TemplateSync { status } } }"


@pytest.fixture
def github() -> Iterator[LoopbackGitHub]:
    with loopback_github(repository_archive(OWN_STARTERS)) as github:
        yield github


async def watch(admin: Member, states: list[Data | None], listening: asyncio.Event) -> None:
    """Take down the states up to the end of the next sync."""
    async with aclosing(admin.subscribe(WATCH)) as events:
        async for event in events:
            state = event["templateSync"]["sync"]
            states.append(state)
            listening.set()
            if len(states) > 1 and state is not None and state["status"] in ("SUCCEEDED", "UNCHANGED", "FAILED"):
                return


async def refusal(member: Member, query: str) -> str:
    """The code with which an operation is refused."""
    asked = anext(member.subscribe(query)) if query == WATCH else member.execute(query, **VARIABLES.get(query, {}))
    with pytest.raises(Refused) as refused:
        await asked
    return refused.value.code


async def test_administrators_sync_and_watch(
    mongodb_uri: str, tmp_path: Path, database: Database, github: LoopbackGitHub
) -> None:
    templates: dict[str, object] = {"github_api_url": github.url, "template_repository": github.state.repository}
    async with running_api(mongodb_uri, tmp_path, database, templates=templates) as api:
        ada, root = await api.sign_in("ada"), await api.sign_in("root", is_admin=True)
        for query in (SYNC, LATEST, WATCH):
            assert await refusal(ada, query) == "FORBIDDEN"
            assert await refusal(api.anonymous, query) == "UNAUTHENTICATED"
        assert await root.execute(LATEST) == {"templateSync": None}
        states: list[Data | None] = []
        listening = asyncio.Event()
        watching = asyncio.create_task(watch(root, states, listening))
        await listening.wait()
        started = (await root.execute(SYNC, input={}))["syncTemplates"]
        assert (started["errors"], started["sync"]["status"]) == ([], "QUEUED")
        sync_id = started["sync"]["id"]
        await watching
        assert states[0] is None
        seen = [state for state in states if state is not None]
        assert {state["id"] for state in seen} == {sync_id}
        assert [state["sequence"] for state in seen] == sorted({state["sequence"] for state in seen})
        latest = (await root.execute(LATEST))["templateSync"]
        assert (latest["status"], latest["step"], latest["trigger"], latest["isForced"]) == (
            "SUCCEEDED",
            None,
            "ADMINISTRATOR",
            False,
        )
        assert latest["counts"] == {"added": 3, "changed": 0, "unchanged": 0, "removed": 0, "skipped": 0}
        assert (latest["added"], latest["readTemplates"]) == (["node-own", "static-own", "vite-own"], 3)
        assert (latest["commit"], latest["downloadedBytes"]) == (github.state.commit, len(github.state.archive))
        assert (await ada.execute("{ templates(first: 100) { nodes { slug } } }"))["templates"]["nodes"].count(
            {"slug": "vite-own"}
        ) == 1
        assert (await root.execute(NODE, id=sync_id))["node"]["status"] == "SUCCEEDED"
        for member in (ada, api.anonymous):
            assert (await member.execute(NODE, id=sync_id))["node"] is None
        await fail(root, github)


async def test_a_server_without_a_network_starts_and_says_in_one_line_what_it_misses(
    mongodb_uri: str, tmp_path: Path, database: Database
) -> None:
    with capture_logs() as lines:
        async with running_api(mongodb_uri, tmp_path, database, templates={"template_sync_interval_s": 3600}) as api:
            # It answers while the schedule still tries.
            assert (await api.anonymous.execute("{ templates { nodes { slug } } }"))["templates"]["nodes"] != []
            root = await api.sign_in("root", is_admin=True)

            async def failed() -> Data | None:
                latest: Data | None = (await root.execute(LATEST))["templateSync"]
                return latest if latest is not None and latest["status"] == "FAILED" else None

            latest = await until(failed)
            assert latest is not None
            assert (latest["trigger"], latest["failure"]["code"]) == ("SCHEDULE", "SOURCE_UNAVAILABLE")
            await until(lambda: is_counted(api.machines))
    told = [line for line in lines if line["event"].startswith("templates.")]
    assert [(line["event"], line["log_level"], "exc_info" in line) for line in told] == [
        ("templates.sync_failed", "info", False)
    ]


async def is_counted(machines: Starlette) -> bool:
    """Whether a scrape shows the one sync that failed."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(machines), base_url="http://machines") as client:
        lines = (await client.get("/metrics")).text.splitlines()
    return {'aura_template_syncs_total{status="FAILED"} 1.0', "aura_template_sync_failures 1.0"} <= set(lines)


async def fail(root: Member, github: LoopbackGitHub) -> None:
    """A sync that comes to nothing says why."""
    github.state.publish(repository_archive({"README.md": b"Moved."}), "f" * 40)
    states: list[Data | None] = []
    listening = asyncio.Event()
    watching = asyncio.create_task(watch(root, states, listening))
    await listening.wait()
    await root.execute(SYNC, input={"force": True})
    await watching
    latest = (await root.execute(LATEST))["templateSync"]
    assert (latest["status"], latest["isForced"], latest["failure"]["code"]) == ("FAILED", True, "INVALID_STATE")
    assert "no template" in latest["failure"]["message"]
