"""Watching projects, on the wire."""

import pytest

from tests.support.api import Api, Member, Refused
from tests.support.journeys import ready_project

WATCH = "subscription ($id: ID!) { projectChanged(id: $id) { projectId sequence status step message at } }"


async def test_the_latest_change_comes_first_then_each_later_one(ada: Member) -> None:
    id = await ready_project(ada)
    rename = "mutation ($input: UpdateProjectInput!) { updateProject(input: $input) { errors { code } } }"
    delete = "mutation ($input: DeleteProjectInput!) { deleteProject(input: $input) { errors { code } } }"
    events = []

    async for data in ada.subscribe(WATCH, id=id):
        events.append(data["projectChanged"])
        if len(events) == 1:
            await ada.execute(rename, input={"projectId": id, "name": "New name"})
        if len(events) == 2:
            await ada.execute(delete, input={"projectId": id})

    assert [event["status"] for event in events] == ["READY", "READY", "DELETING"]
    assert [event["sequence"] - events[0]["sequence"] for event in events] == [0, 1, 2]
    assert {event["projectId"] for event in events} == {id}


async def test_a_foreign_project_can_not_be_watched(ada: Member, eve: Member) -> None:
    id = await ready_project(ada)

    with pytest.raises(Refused) as refused:
        await anext(eve.subscribe(WATCH, id=id))

    assert refused.value.code == "NOT_FOUND"


async def test_strangers_are_asked_to_sign_in(api: Api) -> None:
    with pytest.raises(Refused) as refused:
        await anext(api.anonymous.subscribe(WATCH, id="UHJvamVjdDox"))

    assert refused.value.code == "UNAUTHENTICATED"
