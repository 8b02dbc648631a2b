"""Looking terminals up, on the wire."""

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
