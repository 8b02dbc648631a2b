"""Watching sandboxes, on the wire."""

import pytest

from tests.support.api import Member, Refused
from tests.support.journeys import ready_project, running_sandbox

WATCH = "subscription ($id: ID!) { sandboxStatus(id: $id) { sandboxId sequence status reason at } }"


async def test_the_present_state_comes_first_and_the_stream_ends_with_the_sandbox(ada: Member) -> None:
    sandbox = await running_sandbox(ada, await ready_project(ada))
    stop = "mutation ($input: StopSandboxInput!) { stopSandbox(input: $input) { errors { code } } }"
    events = []

    async for data in ada.subscribe(WATCH, id=sandbox):
        events.append(data["sandboxStatus"])
        if len(events) == 1:
            await ada.execute(stop, input={"sandboxId": sandbox})

    assert [event["status"] for event in events] == ["RUNNING", "STOPPING", "STOPPED"]
    assert [event["sequence"] - events[0]["sequence"] for event in events] == [0, 1, 2]


async def test_a_foreign_sandbox_can_not_be_watched(ada: Member, eve: Member) -> None:
    sandbox = await running_sandbox(ada, await ready_project(ada))

    with pytest.raises(Refused) as refused:
        await anext(eve.subscribe(WATCH, id=sandbox))

    assert refused.value.code == "NOT_FOUND"
