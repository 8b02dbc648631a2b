"""Running code and commands, on the wire."""

import pytest

from tests.support.api import Data, Member
from tests.support.journeys import finished, ready_project, running_sandbox

EXECUTE = """mutation ($input: ExecuteCodeInput!) {
    executeCode(input: $input) { execution { id status language command } errors { code message field } }
}"""
RUN = """mutation ($input: RunCommandInput!) {
    runCommand(input: $input) { execution { id kind } errors { code message field } }
}"""


async def output_of(member: Member, execution: str) -> tuple[str, Data]:
    chunks, end = await finished(member, execution)
    return "".join(chunk["text"] for chunk in chunks), end


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("PYTHON", "import sys; print(sys.argv[1:], sys.stdin.read())"),
        ("JAVASCRIPT", "console.log(process.argv.slice(2), require('fs').readFileSync(0, 'utf8'))"),
        ("BASH", "echo \"[ '$1', '$2' ]\" \"$(cat)\""),
    ],
)
async def test_code_gets_its_arguments_and_its_input(ada: Member, language: str, code: str) -> None:
    sandbox = await running_sandbox(ada, await ready_project(ada))
    wish = {"sandboxId": sandbox, "language": language, "code": code, "args": ["a b", "c"], "stdin": "typed"}

    payload = (await ada.execute(EXECUTE, input=wish))["executeCode"]
    text, end = await output_of(ada, payload["execution"]["id"])

    assert text.replace("[ ", "[").replace(" ]", "]") == "['a b', 'c'] typed\n"
    assert (end["status"], end["exitCode"], end["errorType"]) == ("COMPLETED", 0, None)


async def test_a_command_runs_in_the_project_folder_with_what_was_saved_last(ada: Member) -> None:
    project = await ready_project(ada)
    sandbox = await running_sandbox(ada, project)
    save = "mutation ($input: SaveFileInput!) { saveFile(input: $input) { errors { code } } }"
    await ada.execute(save, input={"projectId": project, "path": "new/poem.txt", "content": "one two two\n"})

    wish: Data = {"sandboxId": sandbox, "command": 'python3 ../main.py poem.txt; echo "$1 $COLOUR"', "cwd": "new"}
    wish |= {"args": ["arg"], "env": [{"name": "COLOUR", "value": "red"}]}
    payload = (await ada.execute(RUN, input=wish))["runCommand"]
    text, end = await output_of(ada, payload["execution"]["id"])

    assert payload["execution"]["kind"] == "COMMAND"
    assert "two" in text
    assert text.endswith("arg red\n")
    assert end["exitCode"] == 0


async def test_the_same_key_runs_once(ada: Member) -> None:
    sandbox = await running_sandbox(ada, await ready_project(ada))
    wish = {"sandboxId": sandbox, "language": "BASH", "code": "echo hi", "idempotencyKey": "k"}

    first, again = [(await ada.execute(EXECUTE, input=wish))["executeCode"]["execution"]["id"] for _ in range(2)]
    other = (await ada.execute(EXECUTE, input={**wish, "code": "echo ho"}))["executeCode"]

    assert first == again
    assert [error["code"] for error in other["errors"]] == ["IDEMPOTENCY_MISMATCH"]


async def test_a_foreign_sandbox_answers_as_a_missing_one(ada: Member, eve: Member) -> None:
    sandbox = await running_sandbox(ada, await ready_project(ada))

    payload = (await eve.execute(RUN, input={"sandboxId": sandbox, "command": "id"}))["runCommand"]

    assert [error["code"] for error in payload["errors"]] == ["NOT_FOUND"]


async def test_an_execution_is_cancelled_by_its_owner_alone(ada: Member, eve: Member) -> None:
    sandbox = await running_sandbox(ada, await ready_project(ada))
    wish = {"sandboxId": sandbox, "command": "sleep 60 & wait"}
    id = (await ada.execute(RUN, input=wish))["runCommand"]["execution"]["id"]
    cancel = """mutation ($input: CancelExecutionInput!) {
        cancelExecution(input: $input) { execution { id } errors { code } }
    }"""

    foreign = (await eve.execute(cancel, input={"executionId": id}))["cancelExecution"]
    payload = (await ada.execute(cancel, input={"executionId": id}))["cancelExecution"]
    _, end = await finished(ada, id)
    again = (await ada.execute(cancel, input={"executionId": id}))["cancelExecution"]

    assert foreign == {"execution": None, "errors": [{"code": "NOT_FOUND"}]}
    assert payload == again == {"execution": {"id": id}, "errors": []}
    assert (end["status"], end["errorType"]) == ("CANCELLED", "CANCELLED")


async def test_input_is_sent_as_text_or_bytes_by_its_owner_alone(ada: Member, eve: Member) -> None:
    sandbox = await running_sandbox(ada, await ready_project(ada))
    wish: Data = {"sandboxId": sandbox, "command": "cat", "stdinOpen": True, "idleTimeoutMs": 60_000}
    id = (await ada.execute(RUN, input=wish))["runCommand"]["execution"]["id"]
    mutation = """mutation ($input: SendExecutionInputInput!) {
        sendExecutionInput(input: $input) { execution { id stdinOpen idleTimeoutMs background } errors { code field } }
    }"""

    async def send(member: Member, **fields: object) -> Data:
        payload: Data = (await member.execute(mutation, input={"executionId": id, **fields}))["sendExecutionInput"]
        return payload

    foreign = await send(eve, text="x")
    refused = [
        await send(ada, text="x", base64="eA=="),
        await send(ada, base64="?"),
        await send(ada, text="x" * 65_537),
    ]
    sent = [await send(ada, text="grüß "), await send(ada, base64="ZGljaA=="), await send(ada, close=True)]
    text, end = await output_of(ada, id)
    late = await send(ada, text="x")

    assert foreign["errors"] == [{"code": "NOT_FOUND", "field": ["input", "executionId"]}]
    assert [payload["errors"][0]["field"] for payload in refused] == [
        ["input", name] for name in ("text", "base64", "text")
    ]
    assert {payload["errors"][0]["code"] for payload in refused} == {"INVALID_INPUT"}
    assert [payload["errors"] for payload in sent] == [[], [], []]
    assert sent[0]["execution"] == {"id": id, "stdinOpen": True, "idleTimeoutMs": 60_000, "background": False}
    assert (text, end["status"]) == ("grüß dich", "COMPLETED")
    assert late["errors"] == [{"code": "INVALID_STATE", "field": ["input", "executionId"]}]


async def test_code_without_a_project_says_so(ada: Member) -> None:
    mutation = """mutation ($input: QuickExecuteInput!) { quickExecute(input: $input) {
        execution { id sandboxId projectId isTemporary } errors { code field }
    } }"""
    wish = {"language": "BASH", "code": "cat a.txt", "files": [{"path": "a.txt", "base64": "aGk="}]}

    payload = (await ada.execute(mutation, input=wish))["quickExecute"]
    execution = payload["execution"]
    text, end = await output_of(ada, execution["id"])
    query = "query ($id: ID!) { node(id: $id) { ... on Sandbox { id projectId isTemporary } } }"
    sandbox = (await ada.execute(query, id=execution["sandboxId"]))["node"]
    refused = (await ada.execute(mutation, input={**wish, "files": [{"path": "../a", "content": ""}]}))["quickExecute"]

    assert (text, end["status"], execution["isTemporary"]) == ("hi", "COMPLETED", True)
    assert execution["projectId"] == execution["sandboxId"]
    assert sandbox == {"id": execution["sandboxId"], "projectId": execution["sandboxId"], "isTemporary": True}
    assert refused["errors"] == [{"code": "INVALID_INPUT", "field": ["input", "files", "0", "path"]}]
