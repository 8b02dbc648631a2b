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


METRICS = """subscription ($id: ID!, $everyS: Int) { sandboxMetrics(id: $id, everyS: $everyS) {
    at cpuPercent cpuTimeMs memoryBytes memoryLimitBytes processes diskBytes diskLimitBytes diskFiles
} }"""


async def test_figures_come_until_the_sandbox_ends(ada: Member, eve: Member) -> None:
    sandbox = await running_sandbox(ada, await ready_project(ada))
    stop = "mutation ($input: StopSandboxInput!) { stopSandbox(input: $input) { errors { code } } }"
    seen = []

    async for data in ada.subscribe(METRICS, id=sandbox):
        seen.append(data["sandboxMetrics"])
        if len(seen) == 2:
            await ada.execute(stop, input={"sandboxId": sandbox})

    assert len(seen) >= 2
    assert seen[0]["at"] < seen[1]["at"]
    assert 0 <= seen[1]["memoryBytes"] < seen[1]["memoryLimitBytes"]
    assert seen[1]["cpuPercent"] is not None
    for member, every_s, code in ((eve, 1, "NOT_FOUND"), (ada, 0, "INVALID_INPUT")):
        with pytest.raises(Refused) as refused:
            await anext(member.subscribe(METRICS, id=sandbox, everyS=every_s))
        assert refused.value.code == code
