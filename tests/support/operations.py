"""Every operation that takes an id of something owned, as a table to attack with."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.support.api import Data, Member, Refused
from tests.support.examples import example

ERRORS = "errors { code message field details }"
SAVE = example("SaveFile")
CREATE = example("CreateProject")
RUN = example("RunCommand")
CODE = example("ExecuteCode")
START = example("CreateSandbox")
UPLOAD = example("UploadFiles")
APPLY = example("ApplyFileOperations")
OUTPUT = """subscription ($id: ID!, $after: Int! = 0) { executionOutput(id: $id, after: $after) {
    ... on ExecutionOutputBatch { lastSequence } ... on ExecutionFinished { execution { status } }
} }"""


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation that is given the id of something of `type_name`, as `variable`."""

    query: str
    type_name: str
    variable: str = "id"
    others: Mapping[str, Any] | None = None

    def variables(self, id: object) -> dict[str, Any]:
        if self.variable == "ids":
            return {"ids": [id]}
        if self.variable == "id":
            return {"id": id, **(self.others or {})}
        return {"input": {self.variable: id, **(self.others or {})}}


def _mutation(name: str) -> str:
    kind = f"{name[0].upper()}{name[1:]}Input!"
    return f"mutation ($input: {kind}) {{ {name}(input: $input) {{ {ERRORS} }} }}"


def _query(field: str) -> str:
    return f"query ($id: ID!) {{ {field}(id: $id) {{ id }} }}"


QUERIES: dict[str, Operation] = {
    "project": Operation(_query("project"), "Project"),
    "sandbox": Operation(_query("sandbox"), "Sandbox"),
    "execution": Operation(_query("execution"), "Execution"),
    "terminal": Operation(_query("terminal"), "Terminal"),
    "terminals": Operation("query ($id: ID!) { terminals(sandboxId: $id) { totalCount nodes { id } } }", "Sandbox"),
    "node(project)": Operation(_query("node"), "Project"),
    "node(execution)": Operation(_query("node"), "Execution"),
    "nodes": Operation("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", "Sandbox", "ids"),
    "sandboxes": Operation(
        "query ($id: ID!) { sandboxes(filter: {projectId: $id}) { totalCount nodes { id } } }", "Project"
    ),
}
MUTATIONS: dict[str, Operation] = {
    "updateProject": Operation(_mutation("updateProject"), "Project", "projectId", {"name": "Mine now"}),
    "deleteProject": Operation(_mutation("deleteProject"), "Project", "projectId"),
    "retryProject": Operation(_mutation("retryProject"), "Project", "projectId"),
    "saveFile": Operation(_mutation("saveFile"), "Project", "projectId", {"path": "a", "content": "b"}),
    "applyFileOperations": Operation(
        _mutation("applyFileOperations"), "Project", "projectId", {"operations": [{"delete": {"path": "main.py"}}]}
    ),
    "createSandbox": Operation(_mutation("createSandbox"), "Project", "projectId"),
    "stopSandbox": Operation(_mutation("stopSandbox"), "Sandbox", "sandboxId"),
    "executeCode": Operation(
        _mutation("executeCode"), "Sandbox", "sandboxId", {"language": "BASH", "code": "echo stolen"}
    ),
    "runCommand": Operation(_mutation("runCommand"), "Sandbox", "sandboxId", {"command": "echo stolen"}),
    "openTerminal": Operation(_mutation("openTerminal"), "Sandbox", "sandboxId"),
    "writeTerminal": Operation(_mutation("writeTerminal"), "Terminal", "terminalId", {"text": "x"}),
    "resizeTerminal": Operation(_mutation("resizeTerminal"), "Terminal", "terminalId", {"columns": 9, "rows": 9}),
    "closeTerminal": Operation(_mutation("closeTerminal"), "Terminal", "terminalId"),
}
SUBSCRIPTIONS: dict[str, Operation] = {
    "projectChanged": Operation("subscription ($id: ID!) { projectChanged(id: $id) { status } }", "Project"),
    "sandboxStatus": Operation("subscription ($id: ID!) { sandboxStatus(id: $id) { status } }", "Sandbox"),
    "executionOutput": Operation(OUTPUT, "Execution"),
    "terminalOutput": Operation("subscription ($id: ID!) { terminalOutput(id: $id) { __typename } }", "Terminal"),
    "executionOutput(after)": Operation(OUTPUT, "Execution", others={"after": 1_000_000}),
}
OWNED = {**QUERIES, **MUTATIONS, **SUBSCRIPTIONS}


async def answer(member: Member, operation: Operation, id: object) -> Data:
    """What comes of it: the data, or the errors without what differs from request to request."""
    variables = operation.variables(id)
    try:
        if operation.query.startswith("subscription"):
            return {"data": [data async for data in member.subscribe(operation.query, **variables)]}
        return {"data": await member.execute(operation.query, **variables)}
    except Refused as refused:
        return {"errors": [_lasting(error) for error in refused.errors]}


def _lasting(error: Data) -> Data:
    extensions = {name: value for name, value in error["extensions"].items() if name != "requestId"}
    return {"message": error["message"], "path": error.get("path"), "extensions": extensions}


def codes(answer: Data) -> list[str]:
    """The codes of an answer's errors, those on top or those in its payload."""
    if "errors" in answer:
        return [error["extensions"]["code"] for error in answer["errors"]]
    payloads = answer["data"].values() if isinstance(answer["data"], dict) else []
    return [error["code"] for payload in payloads if isinstance(payload, dict) for error in payload.get("errors", ())]
