"""Every starter of a repository, from the sync to a project that runs: of GitHub's snapshot, and of one of our own."""

import asyncio
import base64
import secrets
import shutil
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

import pytest
import pytest_asyncio
from pymongo import AsyncMongoClient

from aura_gql.infra.mongo import MongoDocument
from tests.support.api import Data, Member, running_api
from tests.support.examples import example
from tests.support.github.archives import repository_archive
from tests.support.github.contents import Starter, starters_in
from tests.support.github.server import loopback_github
from tests.support.github.snapshot import needs_snapshot, snapshot
from tests.support.github.starters import OWN_STARTERS
from tests.support.journeys import finished, ready_project, running_sandbox
from tests.support.starter_previews import previewed
from tests.support.template_syncs import synced
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

TEMPLATES = """{ templates(first: 100) { nodes {
    id slug name source stackblitzPath startCommand requiredTools tags fileCount totalSize
} } }"""
TEMPLATE = """query ($id: ID!) { node(id: $id) { ... on Template {
    readme files { path size executable } dependencies { name version kind }
} } }"""
CREATE, RUN = example("CreateProject"), example("RunCommand")
STATES = "{ projects(first: 100) { nodes { id status errorMessage } } }"
FILES = "query ($id: ID!) { project(id: $id) { files { path executable content base64 } } }"

# What the page or the output of a starter without packages says.
SAYS = {"node": "Hello Node.js v", "web-platform": "Home page", "node-own": "own", "static-own": "<title>own"}


@dataclass(frozen=True, slots=True)
class World:
    """A server that has taken in a repository, one of its users, and what is in the repository by folder."""

    ada: Member
    starters: Mapping[str, Starter]
    templates: Mapping[str, Data]

    async def create(self, folder: str) -> str:
        """The id of a new project of the starter, which is on its way."""
        wish = {"name": folder, "templateId": self.templates[folder]["id"]}
        payload = (await self.ada.execute(CREATE, input=wish))["createProject"]
        assert payload["errors"] == []
        return str(payload["project"]["id"])


@pytest_asyncio.fixture(
    scope="module", loop_scope="module", params=["own", pytest.param("snapshot", marks=needs_snapshot)]
)
async def world(
    request: pytest.FixtureRequest, mongodb_uri: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    path = snapshot() if request.param == "snapshot" else None
    archive = path.read_bytes() if path else repository_archive(OWN_STARTERS)
    async with AsyncMongoClient[MongoDocument](mongodb_uri, tz_aware=True) as client:
        database = client[f"test_{secrets.token_hex(8)}"]
        with loopback_github(archive) as github:
            groups: dict[str, dict[str, object]] = {
                "templates": {"github_api_url": github.url},
                "files": {"max_file_bytes": 10 * 1024 * 1024},
            }
            async with running_api(mongodb_uri, tmp_path_factory.mktemp("api"), database, **groups) as api:
                await synced(await api.sign_in("admin", is_admin=True))
                ada = await api.sign_in("ada")
                nodes = (await ada.execute(TEMPLATES))["templates"]["nodes"]
                templates = {node["stackblitzPath"]: node for node in nodes if node["source"] == "stackblitz"}
                yield World(ada, starters_in(archive), templates)
        await client.drop_database(database.name)


async def test_every_starter_is_in_the_catalogue(world: World) -> None:
    assert sorted(world.templates) == sorted(world.starters)
    for folder, starter in world.starters.items():
        listed = world.templates[folder]
        assert listed["fileCount"] == len(starter.files), folder
        assert listed["totalSize"] == sum(map(len, starter.files.values())), folder
        assert set(listed["requiredTools"]) & {"node", "python3"}, folder


async def test_every_starter_can_be_looked_at_before(world: World) -> None:
    for folder, starter in world.starters.items():
        shown = (await world.ada.execute(TEMPLATE, id=world.templates[folder]["id"]))["node"]
        files = {each["path"]: (each["size"], each["executable"]) for each in shown["files"]}
        assert files == {path: (len(data), path in starter.executable) for path, data in starter.files.items()}, folder
        told = {(each["name"], each["version"], each["kind"]) for each in shown["dependencies"]}
        assert told == starter.dependencies, folder
        assert shown["readme"] == starter.readme, folder


async def test_every_starter_becomes_a_project_byte_for_byte(world: World) -> None:
    ids = await asyncio.gather(*map(world.create, world.starters))

    async def states() -> list[Data] | None:
        nodes: list[Data] = (await world.ada.execute(STATES))["projects"]["nodes"]
        return nodes if all(each["status"] != "INITIALIZING" for each in nodes) else None

    ended = {each["id"]: each for each in await until(states) or ()}
    assert [ended[id] for id in ids if ended[id]["status"] != "READY"] == []
    for id, starter in zip(ids, world.starters.values(), strict=True):
        found = (await world.ada.execute(FILES, id=id))["project"]["files"]
        assert {each["path"]: data_of(each) for each in found} == starter.files
        assert {each["path"] for each in found if each["executable"]} == starter.executable


def data_of(file: Data) -> bytes:
    return file["content"].encode() if file["base64"] is None else base64.b64decode(file["base64"])


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
async def test_those_without_packages_run_in_a_sandbox(world: World) -> None:
    offline = {folder for folder, each in world.templates.items() if "offline" in each["tags"]}
    assert offline == set(SAYS) & set(world.starters)
    for folder in sorted(offline):
        template = world.templates[folder]
        project, command = await ready_project(world.ada, template["slug"]), template["startCommand"]
        if folder == "node":
            assert SAYS[folder] in await output(world.ada, project, command)
            continue
        async with previewed(world.ada, project, command) as browser:
            page = await browser.get("/")
            assert (page.status_code, SAYS[folder] in page.text) == (200, True), page.text


async def output(member: Member, project: str, command: str) -> str:
    """What a command prints that ends well."""
    sandbox = await running_sandbox(member, project)
    payload = (await member.execute(RUN, input={"sandboxId": sandbox, "command": command}))["runCommand"]
    chunks, end = await finished(member, payload["execution"]["id"])
    assert (end["status"], end["exitCode"]) == ("COMPLETED", 0)
    return "".join(chunk["text"] for chunk in chunks)
