"""Watching executions, on the wire."""

import base64

import pytest

from aura_gql.executions.documents import ExecutionOutput
from tests.support.api import Member, Refused
from tests.support.journeys import finished, ready_project, running_sandbox

EVENTS = """subscription ($id: ID!) { executionOutput(id: $id) {
  __typename
  ... on ExecutionGap { firstSequence lastSequence }
  ... on ExecutionFinished { lastSequence }
} }"""
RUN = "mutation ($input: RunCommandInput!) { runCommand(input: $input) { execution { id } } }"


async def run(member: Member, command: str) -> str:
    sandbox = await running_sandbox(member, await ready_project(member))
    payload = (await member.execute(RUN, input={"sandboxId": sandbox, "command": command}))["runCommand"]
    return str(payload["execution"]["id"])


async def test_output_is_replayed_behind_any_chunk(ada: Member) -> None:
    id = await run(ada, "for i in $(seq 5); do echo line $i; sleep 0.05; done; echo oops >&2")

    live, end = await finished(ada, id)
    assert [chunk["sequence"] for chunk in live] == list(range(1, end["lastSequence"] + 1))
    assert "".join(chunk["text"] for chunk in live if chunk["stream"] == "STDOUT") == "".join(
        f"line {i}\n" for i in range(1, 6)
    )
    assert "".join(chunk["text"] for chunk in live if chunk["stream"] == "STDERR") == "oops\n"
    for after in range(end["lastSequence"] + 1):
        assert await finished(ada, id, after) == (live[after:], end)


async def test_bytes_that_are_not_text_come_as_base64(ada: Member) -> None:
    id = await run(ada, r"printf '\xff\xfe\x00'")

    chunks, _ = await finished(ada, id)

    assert [chunk["text"] for chunk in chunks] == [None]
    assert base64.b64decode(chunks[0]["base64"]) == b"\xff\xfe\x00"


async def test_output_that_is_gone_is_told(ada: Member) -> None:
    id = await run(ada, "echo out")
    _, end = await finished(ada, id)
    await ExecutionOutput.get_pymongo_collection().delete_many({})
    events = [event["executionOutput"] async for event in ada.subscribe(EVENTS, id=id)]
    last = end["lastSequence"]
    assert events == [
        {"__typename": "ExecutionGap", "firstSequence": 1, "lastSequence": last},
        {"__typename": "ExecutionFinished", "lastSequence": last},
    ]


@pytest.mark.parametrize("after", [-1, 1000])
async def test_a_number_that_no_chunk_has_is_refused(ada: Member, after: int) -> None:
    id = await run(ada, "true")
    await finished(ada, id)

    with pytest.raises(Refused) as refused:
        await finished(ada, id, after)

    assert refused.value.code == "INVALID_INPUT"


async def test_a_foreign_execution_can_not_be_watched(ada: Member, eve: Member) -> None:
    id = await run(ada, "true")

    with pytest.raises(Refused) as refused:
        await finished(eve, id)

    assert refused.value.code == "NOT_FOUND"
