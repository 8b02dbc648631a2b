"""What was and how it comes back, on the wire."""

from contextlib import aclosing
from typing import Any

import pytest

from aura_gql.kernel.page import encode_cursor
from tests.support.api import Data, Member, Refused
from tests.support.examples import example
from tests.support.journeys import finished, ready_project, running_sandbox
from tests.support.operations import RUN
from tests.support.patches import applied

OUTPUT = example("ExecutionOutput")
SAVE = """mutation ($input: SaveFileInput!) { saveFile(input: $input) {
    file { version revision } errors { code message }
} }"""
RESTORE_FILE = """mutation ($input: RestoreFileVersionInput!) { restoreFileVersion(input: $input) {
    file { version content executable } errors { code field details }
} }"""
RESTORE = """mutation ($input: RestoreRevisionInput!) { restoreRevision(input: $input) {
    project { revision files { path content } } revision changedCount errors { code field details }
} }"""
PAST = """query ($id: ID!, $path: String!, $version: Int!, $from: Int!) { project(id: $id) {
    revision
    file(path: $path) {
        history(first: 2) {
            totalCount pageInfo { hasNextPage endCursor } nodes { version kind source content authorId entry }
        }
        diff(from: 0) { kind fromVersion toVersion text { unified additions } }
    }
    historyOf(path: $path) { nodes { version } }
    diffOf(path: $path, from: $version) { path kind fromSize isBinary text {
        isTooLarge additions deletions unified
        hunks { oldStart oldLines newStart newLines lines { kind text oldNumber newNumber hasNewline } }
    } }
    revisions(first: 3) { totalCount nodes { revision source createdCount modifiedCount changedCount changedPaths } }
    diff(from: $from) { fromRevision toRevision files(first: 1) {
        totalCount pageInfo { hasNextPage endCursor } nodes { path kind text { additions deletions } }
    } }
} viewer { id } }"""


async def save(member: Member, project: str, path: str, content: str, version: int = 0) -> Data:
    wish = {"projectId": project, "path": path, "content": content, "expectedVersion": version}
    payload: Data = (await member.execute(SAVE, input=wish))["saveFile"]
    assert payload["errors"] == []
    file: Data = payload["file"]
    return file


async def mutate(member: Member, mutation: str, **fields: Any) -> Data:
    (payload,) = (await member.execute(mutation, input=fields)).values()
    result: Data = payload
    return result


async def test_a_past_is_told_compared_and_brought_back(ada: Member, eve: Member) -> None:
    project = await ready_project(ada)
    first = (await save(ada, project, "a.txt", "one\ntwo\n"))["revision"]
    await save(ada, project, "a.txt", "one\nTWO\n", 1)
    await save(ada, project, "b.txt", "new\n")

    data = await ada.execute(PAST, id=project, path="a.txt", version=1, **{"from": first})

    told, viewer = data["project"], data["viewer"]["id"]
    versions = told["file"]["history"]
    same = {"source": "SAVE", "authorId": viewer, "entry": "FILE"}
    assert versions["nodes"] == [
        {"version": 2, "kind": "MODIFIED", "content": "one\nTWO\n", **same},
        {"version": 1, "kind": "CREATED", "content": "one\ntwo\n", **same},
    ]
    assert (versions["totalCount"], versions["pageInfo"]["hasNextPage"]) == (2, False)
    assert [node["version"] for node in told["historyOf"]["nodes"]] == [2, 1]
    text = told["diffOf"]["text"]
    assert (told["diffOf"]["kind"], text["additions"], text["deletions"]) == ("MODIFIED", 1, 1)
    assert applied("one\ntwo\n", text["unified"]) == "one\nTWO\n"
    (hunk,) = text["hunks"]
    assert [(line["kind"], line["text"], line["oldNumber"], line["newNumber"]) for line in hunk["lines"]] == [
        ("CONTEXT", "one", 1, 1),
        ("REMOVED", "two", 2, None),
        ("ADDED", "TWO", None, 2),
    ]
    assert told["file"]["diff"]["kind"] == "CREATED"
    assert applied("", told["file"]["diff"]["text"]["unified"]) == "one\nTWO\n"
    assert [(node["revision"], node["changedPaths"]) for node in told["revisions"]["nodes"]] == [
        (first + 2, ["b.txt"]),
        (first + 1, ["a.txt"]),
        (first, ["a.txt"]),
    ]
    changed = told["diff"]["files"]
    assert (changed["totalCount"], changed["pageInfo"]["hasNextPage"]) == (2, True)
    assert changed["nodes"] == [{"path": "a.txt", "kind": "MODIFIED", "text": {"additions": 1, "deletions": 1}}]

    wish = {"projectId": project, "path": "a.txt", "version": 1, "expectedVersion": 2}
    restored = await mutate(ada, RESTORE_FILE, **wish)
    assert restored["file"] == {"version": 3, "content": "one\ntwo\n", "executable": False}
    assert (await mutate(ada, RESTORE_FILE, **wish))["file"]["version"] == 3
    stale = await mutate(ada, RESTORE_FILE, **{**wish, "version": 2})
    assert [(e["code"], e["field"], e["details"]["currentVersion"]) for e in stale["errors"]] == [
        ("CONFLICT", ["input", "expectedVersion"], 3)
    ]

    whole = await mutate(ada, RESTORE, projectId=project, revision=first, expectedRevision=first + 3)
    assert (whole["revision"], whole["changedCount"], whole["project"]["revision"]) == (first + 4, 1, first + 4)
    assert "b.txt" not in [file["path"] for file in whole["project"]["files"]]
    undone = await mutate(ada, RESTORE, projectId=project, revision=first + 3, expectedRevision=first + 4)
    assert {"path": "b.txt", "content": "new\n"} in undone["project"]["files"]
    late = await mutate(ada, RESTORE, projectId=project, revision=first, expectedRevision=1)
    assert [(e["code"], e["field"], e["details"]) for e in late["errors"]] == [
        ("CONFLICT", ["input", "expectedRevision"], {"currentRevision": first + 5})
    ]

    for mutation, fields in (
        (RESTORE_FILE, wish),
        (RESTORE, {"projectId": project, "revision": 1, "expectedRevision": 1}),
    ):
        assert [error["code"] for error in (await mutate(eve, mutation, **fields))["errors"]] == ["NOT_FOUND"]


async def test_a_running_sandbox_has_what_came_back_when_the_answer_comes(ada: Member) -> None:
    project = await ready_project(ada)
    first = (await save(ada, project, "one.txt", "before"))["revision"]
    second = (await save(ada, project, "one.txt", "after", 1))["revision"]
    sandbox = await running_sandbox(ada, project)
    waiting = "; echo came; ".join(f"until grep -q {word} one.txt; do sleep 0.02; done" for word in ("before", "after"))
    started = (await ada.execute(RUN, input={"sandboxId": sandbox, "command": waiting}))["runCommand"]

    one = await mutate(ada, RESTORE_FILE, projectId=project, path="one.txt", version=1, expectedVersion=2)
    chunks = ada.subscribe(OUTPUT, executionId=started["execution"]["id"])
    async with aclosing(chunks):
        assert "came" in str(await anext(chunks))
    whole = await mutate(ada, RESTORE, projectId=project, revision=second, expectedRevision=second + 1)

    assert (one["errors"], whole["errors"], second - first) == ([], [], 1)
    _, end = await finished(ada, started["execution"]["id"])
    assert end["status"] == "COMPLETED"


async def test_only_pages_that_there_are_can_be_asked_for(ada: Member) -> None:
    project = await ready_project(ada)
    page = "(first: $first, after: $after) { nodes { __typename } }"
    query = f"""query ($id: ID!, $first: Int, $after: String) {{ project(id: $id) {{
        a: file(path: "main.py") {{ history{page} }} b: historyOf(path: "main.py", first: $first, after: $after) {{
            nodes {{ path }}
        }}
        revisions{page} diff(from: 0) {{ files{page} }}
    }} }}"""
    assert (await ada.execute(query, id=project, first=100))["project"]["revisions"]["nodes"] != []
    cursors = ("", "x", encode_cursor(1.5), encode_cursor("\ud800", 10**30), encode_cursor(1, 2, 3))
    wrong: list[Data] = [{"first": 0}, {"first": 101}, *({"after": cursor} for cursor in cursors)]
    for asked in wrong:
        with pytest.raises(Refused) as refused:
            await ada.execute(query, id=project, **asked)
        assert {error["extensions"]["code"] for error in refused.value.errors} == {"INVALID_INPUT"}, asked


async def test_what_never_was_is_an_error_beside_the_rest(ada: Member) -> None:
    project = await ready_project(ada)
    query = """query ($id: ID!) { project(id: $id) {
        name diffOf(path: "main.py", from: 7) { path } diff(from: 99) { toRevision }
    } }"""
    with pytest.raises(Refused) as refused:
        await ada.execute(query, id=project)
    assert sorted((error["path"][-1], error["extensions"]["code"]) for error in refused.value.errors) == [
        ("diff", "NOT_FOUND"),
        ("diffOf", "NOT_FOUND"),
    ]
