"""Editors who type into one file at once, each beginning from what it last saw: nothing that was accepted is lost."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from aura_gql.infra.mongo import Database
from tests.support.api import Api, Data, Member, running_api
from tests.support.crashes.words import digest
from tests.support.journeys import ready_project

SAVE = """mutation ($input: SaveFileInput!) { saveFile(input: $input) {
    file { version revision sha256 } errors { code details }
} }"""
READ = 'query ($id: ID!) { project(id: $id) { revision file(path: "shared.txt") { version content } } }'
CHANGES = """subscription ($id: ID!, $after: Int!) { filesChanged(projectId: $id, after: $after) {
    changes { path version origin }
} }"""


@pytest.fixture
async def server(mongodb_uri: str, database: Database, tmp_path: Path) -> AsyncIterator[Api]:
    async with running_api(mongodb_uri, tmp_path, database) as running:
        yield running


@dataclass
class Editor:
    """Adds lines to the shared file, and after each conflict reads it anew and types on."""

    name: str
    member: Member
    project: str
    accepted: dict[int, Data] = field(default_factory=dict)
    conflicts: list[Data] = field(default_factory=list)

    async def type(self, lines: int) -> None:
        """Until so many lines were accepted."""
        version, text = 0, ""
        while len(self.accepted) < lines:
            line = f"{self.name} {len(self.accepted)} {version}\n"
            wish = {"projectId": self.project, "path": "shared.txt", "content": text + line}
            saved = (await self.member.execute(SAVE, input={**wish, "expectedVersion": version}))["saveFile"]
            if saved["file"]:
                text += line
                version = saved["file"]["version"]
                self.accepted[version] = {**saved["file"], "line": line, "text": text}
            else:
                (error,) = saved["errors"]
                self.conflicts.append({**error, "expected": version})
                there = (await self.member.execute(READ, id=self.project))["project"]["file"]
                version, text = there["version"], there["content"]


@pytest.mark.parametrize(("editors", "lines"), [(2, 6), (8, 2)])
async def test_what_was_accepted_is_there_in_its_order(
    server: Api, database: Database, editors: int, lines: int
) -> None:
    ada = await server.sign_in("ada")
    project = await ready_project(ada)
    before = (await ada.execute(READ, id=project))["project"]["revision"]
    crew = [Editor(f"editor {number}", ada, project) for number in range(editors)]

    await asyncio.gather(*(editor.type(lines) for editor in crew))

    accepted = {version: save for editor in crew for version, save in editor.accepted.items()}
    count = editors * lines
    assert sorted(accepted) == list(range(1, count + 1))
    assert [accepted[version]["revision"] for version in sorted(accepted)] == list(
        range(before + 1, before + count + 1)
    )
    last = (await ada.execute(READ, id=project))["project"]
    assert last["revision"] == before + count
    assert last["file"] == {
        "version": count,
        "content": "".join(accepted[version]["line"] for version in sorted(accepted)),
    }

    history = await database["file_versions"].find({"path": "shared.txt"}).sort("version", 1).to_list()
    assert [row["sha256"] for row in history] == [
        digest(accepted[version]["text"].encode()) for version in sorted(accepted)
    ]
    conflicts = [error for editor in crew for error in editor.conflicts]
    assert len(conflicts) >= editors - 1
    for error in conflicts:
        seen = error["details"]
        assert error["code"] == "CONFLICT"
        assert seen["currentVersion"] > error["expected"]
        assert seen["currentSha256"] == accepted[seen["currentVersion"]]["sha256"]
    assert await told(ada, project, count) == list(range(1, count + 1))


async def told(member: Member, project: str, count: int) -> list[int]:
    """The versions of the shared file, as those are told of them who follow the project."""
    versions: list[int] = []
    async for data in member.subscribe(CHANGES, id=project, after=0):
        changes = data["filesChanged"]["changes"]
        versions += [change["version"] for change in changes if change["path"] == "shared.txt"]
        if len(versions) >= count:
            break
    return versions
