"""Looking executions up, on the wire."""

from tests.support.api import Member
from tests.support.journeys import finished, ready_project, running_sandbox


async def test_an_execution_tells_how_it_ended_to_its_owner_alone(ada: Member, eve: Member) -> None:
    sandbox = await running_sandbox(ada, await ready_project(ada))
    run = "mutation ($input: RunCommandInput!) { runCommand(input: $input) { execution { id } } }"
    wish = {"sandboxId": sandbox, "command": "echo out; echo err >&2; exit 3"}
    id = (await ada.execute(run, input=wish))["runCommand"]["execution"]["id"]
    await finished(ada, id)
    query = """query ($id: ID!) {
        node(id: $id) { id }
        execution(id: $id) {
            sandboxId kind language command status errorType exitCode signal lastSequence stdoutBytes stderrBytes
            truncated durationMs queuedMs peakMemoryBytes startedAt finishedAt
        }
    }"""

    execution = (await ada.execute(query, id=id))["execution"]

    assert execution["startedAt"] <= execution["finishedAt"]
    assert execution["durationMs"] >= 0
    assert execution["peakMemoryBytes"] > 0
    expected = {
        "sandboxId": sandbox,
        "kind": "COMMAND",
        "language": None,
        "command": wish["command"],
        "status": "FAILED",
        "errorType": "RUNTIME",
        "exitCode": 3,
        "signal": None,
        "stdoutBytes": 4,
        "stderrBytes": 4,
        "truncated": False,
    }
    assert expected.items() <= execution.items()
    assert await eve.execute(query, id=id) == {"execution": None, "node": None}


async def test_the_executions_of_a_sandbox_are_listed_newest_first(ada: Member, eve: Member) -> None:
    sandbox = await running_sandbox(ada, await ready_project(ada))
    run = "mutation ($input: RunCommandInput!) { runCommand(input: $input) { execution { id } } }"
    wishes = [{"sandboxId": sandbox, "command": f"echo {number}"} for number in range(3)]
    ids = [(await ada.execute(run, input=wish))["runCommand"]["execution"]["id"] for wish in wishes]
    query = """query ($sandbox: ID!, $after: String) { executions(sandboxId: $sandbox, first: 2, after: $after) {
        totalCount nodes { id } pageInfo { hasNextPage endCursor }
    } }"""

    page = (await ada.execute(query, sandbox=sandbox))["executions"]
    rest = (await ada.execute(query, sandbox=sandbox, after=page["pageInfo"]["endCursor"]))["executions"]

    assert [node["id"] for node in page["nodes"] + rest["nodes"]] == ids[::-1]
    assert (page["totalCount"], page["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (3, True, False)
    assert (await eve.execute(query, sandbox=sandbox))["executions"]["totalCount"] == 0
