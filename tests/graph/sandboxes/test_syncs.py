"""Syncs both ways and their conflicts, on the wire."""

from tests.support.api import Data, Member
from tests.support.examples import example
from tests.support.journeys import finished, ready_project, running_sandbox

RUN = "mutation ($input: RunCommandInput!) { runCommand(input: $input) { execution { id } } }"
SAVE = "mutation ($input: SaveFileInput!) { saveFile(input: $input) { file { version } errors { code } } }"
CONFLICTS = """query ($id: ID!) { sandbox(id: $id) { syncConflictCount syncConflicts { path reason
    base { version kind content } ours { version content } theirs { version kind sha256 size executable content }
} } }"""


async def ran(member: Member, sandbox: str, command: str) -> None:
    payload = await member.execute(RUN, input={"sandboxId": sandbox, "command": command})
    _, execution = await finished(member, payload["runCommand"]["execution"]["id"])
    assert execution["exitCode"] == 0


async def synced(member: Member, name: str, **fields: object) -> Data:
    (payload,) = (await member.execute(example(name), input=fields)).values()
    assert payload["errors"] == []
    return payload["sync"]  # type: ignore[no-any-return]


async def test_a_save_that_meets_a_change_is_a_conflict_until_the_user_decides(ada: Member, eve: Member) -> None:
    project = await ready_project(ada)
    await ada.execute(SAVE, input={"projectId": project, "path": "a", "content": "base\n"})
    await ada.execute(SAVE, input={"projectId": project, "path": "b", "content": "1\n2\n3\n"})
    sandbox = await running_sandbox(ada, project)
    await ran(ada, sandbox, "echo code > a; sed -i s/3/code/ b; echo made > made; ln -s a link; rm main.py")
    saves = {"a": "editor\n", "b": "editor\n2\n3\n"}
    for path, text in saves.items():
        fields = {"projectId": project, "path": path, "content": text, "expectedVersion": 1}
        assert (await ada.execute(SAVE, input=fields))["saveFile"]["errors"] == []

    found = (await ada.execute(CONFLICTS, id=sandbox))["sandbox"]
    assert found["syncConflictCount"] == 1
    (conflict,) = found["syncConflicts"]
    assert conflict.pop("theirs").pop("sha256")
    assert conflict == {
        "path": "a",
        "reason": None,
        "base": {"version": 1, "kind": "FILE", "content": "base\n"},
        "ours": {"version": 2, "content": "editor\n"},
    }
    again = (await ada.execute(CONFLICTS, id=sandbox))["sandbox"]["syncConflicts"][0]["theirs"]
    assert (again["version"], again["kind"], again["size"], again["executable"], again["content"]) == (
        *(None, "FILE", 5, False, "code\n"),
    )

    other = await running_sandbox(ada, project)
    choice = {"path": "a", "take": "SANDBOX"}
    pushed = await synced(ada, "SyncProjectToSandbox", sandboxId=sandbox, paths=["b"], resolve=[choice])
    assert (pushed["changed"], pushed["conflicts"]) == (["a"], [])
    beside = (await ada.execute(example("SandboxFile"), sandboxId=other, path="a"))["sandboxFile"]
    assert beside["content"] == "code\n"
    pulled = await synced(ada, "SyncSandboxToProject", sandboxId=sandbox)
    assert (pulled["changed"], pulled["deleted"], pulled["conflictCount"]) == (["made"], ["main.py"], 0)
    assert pulled["skipped"] == [{"path": "link", "reason": "It is a link."}]
    files = 'query ($id: ID!) { project(id: $id) { a: file(path: "a") { content } b: file(path: "b") { content } } }'
    assert (await ada.execute(files, id=project))["project"] == {
        "a": {"content": "code\n"},
        "b": {"content": "editor\n2\ncode\n"},
    }
    for name in ("SyncProjectToSandbox", "SyncSandboxToProject"):
        (payload,) = (await eve.execute(example(name), input={"sandboxId": sandbox})).values()
        assert [error["code"] for error in payload["errors"]] == ["NOT_FOUND"]
        twice = {"sandboxId": sandbox, "resolve": [choice, choice]}
        (payload,) = (await ada.execute(example(name), input=twice)).values()
        assert [(error["code"], error["field"]) for error in payload["errors"]] == [
            ("INVALID_INPUT", ["input", "resolve"])
        ]
