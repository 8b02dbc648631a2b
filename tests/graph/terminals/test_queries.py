"""Looking terminals up, on the wire."""

from dataclasses import replace

from bson import ObjectId

from aura_gql.graph.nodes import to_global_id
from aura_gql.graph.terminals.types import Terminal
from aura_gql.kernel.clock import utcnow
from aura_gql.terminals.records import TerminalRecord, TerminalStatus
from tests.support.api import Member
from tests.support.terminal_journeys import CLOSE, done, opened


async def test_terminals_are_found_by_their_owner_alone(owner: Member, eve: Member, sandbox: str) -> None:
    first = await opened(owner, sandbox, "sleep", "600", columns=100, rows=30)
    second = await opened(owner, sandbox)
    query = """query ($id: ID!, $sandbox: ID!) {
        node(id: $id) { id }
        terminal(id: $id) { sandboxId command columns rows status ending exitCode signal reason closedAt createdAt }
        terminals(sandboxId: $sandbox) { totalCount nodes { id status } }
    }"""
    found = await owner.execute(query, id=first, sandbox=sandbox)
    terminal = found["terminal"]
    assert terminal.pop("createdAt")
    assert terminal == {
        "sandboxId": sandbox,
        "command": ["sleep", "600"],
        "columns": 100,
        "rows": 30,
        "status": "OPEN",
        **dict.fromkeys(("ending", "exitCode", "signal", "reason", "closedAt")),
    }
    assert found["node"] == {"id": first}
    assert [node["id"] for node in found["terminals"]["nodes"]] == [second, first]
    await done(owner, CLOSE, terminalId=first)
    again = await owner.execute(query, id=first, sandbox=sandbox)
    assert [node["status"] for node in again["terminals"]["nodes"]] == ["OPEN", "CLOSED"]
    assert await eve.execute(query, id=first, sandbox=sandbox) == {
        "node": None,
        "terminal": None,
        "terminals": {"totalCount": 0, "nodes": []},
    }


def test_a_sandbox_without_a_project_is_not_told_as_one() -> None:
    nothing = dict.fromkeys(("ending", "exit_code", "signal", "reason", "closed_at"))
    record = TerminalRecord(
        id=ObjectId(),
        sandbox_id=ObjectId(),
        project_id=ObjectId(),
        user_id="ada",
        command=("bash",),
        cwd=".",
        columns=80,
        rows=24,
        status=TerminalStatus.OPEN,
        last_sequence=0,
        created_at=utcnow(),
        **nothing,
    )
    assert Terminal.from_record(record).project_id == to_global_id("Project", record.project_id)
    temporary = replace(record, project_id=record.sandbox_id)
    assert Terminal.from_record(temporary).project_id == to_global_id("Sandbox", record.sandbox_id)
