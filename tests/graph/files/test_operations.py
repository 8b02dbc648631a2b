"""Changing many files at once, on the wire."""
# ruff: noqa: E501  One case a line.

import base64
from collections.abc import AsyncGenerator
from contextlib import aclosing
from hashlib import sha256
from typing import Any

import pytest

from aura_gql.graph.files.operations import CreateFileInput, UpdateFileInput
from aura_gql.kernel.errors import InvalidInput
from tests.support.api import Api, Data, Member, Refused
from tests.support.examples import example
from tests.support.journeys import finished, ready_project, running_sandbox
from tests.support.operations import APPLY, RUN

TREE = "query ($id: ID!) { project(id: $id) { revision files { path content } folders { path name revision } } }"
WATCH = """subscription ($id: ID!, $after: Int) { filesChanged(projectId: $id, after: $after) {
    lastSequence isComplete changes { path fromPath kind entry version revision }
} }"""


async def apply(member: Member, project: str, *operations: Data, **fields: object) -> Data:
    wish = {"projectId": project, "operations": operations, **fields}
    payload: Data = (await member.execute(APPLY, input=wish))["applyFileOperations"]
    return payload


async def test_a_batch_from_the_wire_to_a_running_sandbox(ada: Member) -> None:
    project = await ready_project(ada)
    before = (await ada.execute(TREE, id=project))["project"]
    sandbox = await running_sandbox(ada, project)
    binary = base64.b64encode(b"\x00\xff").decode()
    made = await apply(
        ada,
        project,
        {"create": {"path": "lib/a.txt", "content": "a"}},
        {"create": {"path": "lib/run", "base64": binary, "executable": True}},
        {"create": {"path": "empty", "isFolder": True}},
        {"move": {"path": "README.md", "to": "readme.md"}},
        expectedRevision=before["revision"],
        idempotencyKey="once",
    )
    assert made["errors"] == []
    assert made["revision"] == before["revision"] + 1
    assert [(file["path"], file["version"], file["executable"]) for file in made["files"]] == [
        ("lib/a.txt", 1, False),
        ("lib/run", 1, True),
        ("readme.md", 1, False),
    ]
    assert made["deletedPaths"] == ["README.md"]
    changed = await apply(
        ada,
        project,
        {"update": {"path": "lib/a.txt", "content": "b", "expectedVersion": 1}},
        {"update": {"path": "lib/run", "executable": False, "expectedVersion": 1}},
        {"move": {"path": "lib", "to": "src"}},
        {"delete": {"path": "main.py", "expectedVersion": 1}},
    )
    assert changed["errors"] == []
    tree = (await ada.execute(TREE, id=project))["project"]
    contents = {file["path"]: file["content"] for file in tree["files"]}
    assert contents["src/a.txt"] == "b"
    assert {"readme.md", "src/run"} <= contents.keys()
    assert not {"README.md", "main.py", "lib/a.txt"} & contents.keys()
    assert tree["revision"] == before["revision"] + 2
    assert tree["folders"] == [{"path": "empty", "name": "empty", "revision": before["revision"] + 1}]
    command = "ls -A1 . src; test ! -x src/run"
    started = (await ada.execute(RUN, input={"sandboxId": sandbox, "command": command}))["runCommand"]
    chunks, end = await finished(ada, started["execution"]["id"])
    shown = "".join(chunk["text"] for chunk in chunks).split()
    assert end["status"] == "COMPLETED"
    assert {"readme.md", "a.txt", "run"} <= set(shown)
    assert not {"README.md", "main.py"} & set(shown)
    await _expect_told(ada, project, before["revision"] + 1)


async def _expect_told(member: Member, project: str, revision: int) -> None:
    async with aclosing(_batches(member, project)) as batches:
        changes = (await anext(batches))["changes"]
    told = [(change["kind"], change["fromPath"], change["path"], change["revision"]) for change in changes]
    assert told == [
        ("MOVED", "README.md", "readme.md", revision),
        ("CREATED", None, "empty", revision),
        ("CREATED", None, "lib/a.txt", revision),
        ("CREATED", None, "lib/run", revision),
        ("DELETED", None, "main.py", revision + 1),
        ("MOVED", "lib/a.txt", "src/a.txt", revision + 1),
        ("MOVED", "lib/run", "src/run", revision + 1),
    ]


async def _batches(member: Member, project: str) -> AsyncGenerator[Data, None]:
    async with aclosing(member.subscribe(WATCH, id=project, after=0)) as events:
        async for data in events:
            yield data["filesChanged"]


async def test_a_large_file_comes_by_an_upload(api: Api, ada: Member) -> None:
    project, data = await ready_project(ada), bytes(range(256)) * 2000
    wish = {"projectId": project, "purpose": "FILE", "size": len(data), "sha256": sha256(data).hexdigest()}
    granted = (await ada.execute(example("CreateUploadUrl"), input=wish))["createUploadUrl"]["uploadUrl"]
    create = {"create": {"path": "big.bin", "uploadId": granted["id"]}}
    (early,) = (await apply(ada, project, create))["errors"]
    assert (early["code"], early["field"][2:]) == ("INVALID_STATE", ["0", "create", "uploadId"])
    headers = {header["name"]: header["value"] for header in granted["headers"]}
    sent = await api.http.request(granted["method"], granted["url"], headers=headers, content=data)
    assert sent.is_success
    payload = await apply(ada, project, create)
    assert [(file["path"], file["sha256"]) for file in payload["files"]] == [("big.bin", wish["sha256"])]
    both = await apply(ada, project, {"create": {**create["create"], "path": "b", "content": ""}})
    assert both["errors"][0]["field"][2:] == ["0", "create", "uploadId"]


def test_what_has_no_content_is_told_all_that_it_may_have() -> None:
    for given, wanted in (
        (CreateFileInput(path="a"), "Give `content`, `base64` or `uploadId`."),
        (UpdateFileInput(path="a", expected_version=1), "Give `content`, `base64` or `uploadId`, or `executable`."),
    ):
        with pytest.raises(InvalidInput) as refused:
            given.to_operation()
        assert (str(refused.value), refused.value.field) == (wanted, ("content",))


CREATE, UPDATE = {"path": "ok.txt", "content": ""}, {"path": "main.py", "content": "x", "expectedVersion": 1}
LONG, LONG_BINARY = "x" * (1024 * 1024 + 1), "A" * 4 * 400_000
MANY = [{"create": {"path": f"{n}", "isFolder": True}} for n in range(501)]
REFUSED: list[tuple[list[Data], str, list[str], Data]] = [
    ([], "INVALID_INPUT", ["operations"], {}),
    (MANY, "QUOTA_EXCEEDED", ["operations"], {"resource": "batchOperations", "limit": 500, "used": 501}),
    ([{"create": CREATE}, {"create": {"path": "a"}}], "INVALID_INPUT", ["operations", "1", "create", "content"], {}),
    ([{"create": {"path": "a", "base64": "!"}}], "INVALID_INPUT", ["operations", "0", "create", "base64"], {}),
    ([{"create": {"path": "../a", "content": ""}}], "INVALID_INPUT", ["operations", "0", "create", "path"], {"path": "../a"}),
    ([{"create": {"path": "d", "isFolder": True, "content": ""}}], "INVALID_INPUT", ["operations", "0", "create", "isFolder"], {}),
    ([{"create": {"path": "main.py", "content": ""}}], "CONFLICT", ["operations", "0", "create", "path"], {"currentVersion": 1}),
    ([{"create": {"path": "a", "content": LONG}}], "QUOTA_EXCEEDED", ["operations", "0", "create", "content"], {"resource": "fileBytes"}),
    ([{"create": {"path": "a", "base64": LONG_BINARY}}], "QUOTA_EXCEEDED", ["operations", "0", "create", "base64"], {"limit": 1048576}),
    ([{"update": {**UPDATE, "expectedVersion": 0}}], "INVALID_INPUT", ["operations", "0", "update", "expectedVersion"], {}),
    ([{"update": {"path": "main.py", "expectedVersion": 1}}], "INVALID_INPUT", ["operations", "0", "update", "content"], {}),
    ([{"create": CREATE}, {"update": {**UPDATE, "expectedVersion": 7}}], "CONFLICT", ["operations", "1", "update", "expectedVersion"], {"currentVersion": 1}),
    ([{"delete": {"path": "main.py", "expectedVersion": 2}}], "CONFLICT", ["operations", "0", "delete", "expectedVersion"], {"path": "main.py"}),
    ([{"delete": {"path": "nothing"}}], "NOT_FOUND", ["operations", "0", "delete", "path"], {}),
    ([{"move": {"path": "main.py", "to": "README.md"}}], "CONFLICT", ["operations", "0", "move", "to"], {"clashesWith": "README.md"}),
]  # fmt: skip


async def test_an_error_names_the_operation_and_nothing_is_done(ada: Member) -> None:
    project = await ready_project(ada)
    before = await ada.execute(TREE, id=project)
    for operations, code, field, details in REFUSED:
        payload = await apply(ada, project, *operations)
        (error,) = payload["errors"]
        assert (error["code"], error["field"]) == (code, ["input", *field]), error
        assert details.items() <= (error["details"] or {}).items()
        assert (payload["revision"], payload["files"], payload["deletedPaths"]) == (None, None, None)
    stale = await apply(ada, project, {"create": CREATE}, expectedRevision=99)
    (error,) = stale["errors"]
    assert (error["code"], error["field"]) == ("CONFLICT", ["input", "expectedRevision"])
    assert error["details"] == {"currentRevision": before["project"]["revision"]}
    assert await ada.execute(TREE, id=project) == before


@pytest.mark.parametrize("operation", [{}, {"delete": None}, {"delete": {"path": "a"}, "create": {"path": "b"}}])
async def test_an_operation_is_one_thing(ada: Member, operation: Any) -> None:
    with pytest.raises(Refused):
        await apply(ada, "any", operation)
