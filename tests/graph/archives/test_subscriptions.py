"""Following an archive over the socket."""

import pytest

from tests.graph.archives.test_mutations import ask
from tests.support.api import Member, Refused
from tests.support.examples import example
from tests.support.journeys import ready_project


async def test_an_archive_is_followed_by_who_may_see_it(ada: Member, eve: Member) -> None:
    project = await ready_project(ada)
    archive = (await ask(ada, "ArchiveProject", projectId=project))["archive"]["id"]
    text = example("ProjectArchiveChanged")
    events = [event["projectArchiveChanged"] async for event in ada.subscribe(text, archiveId=archive)]
    statuses = [event["status"] for event in events]
    assert statuses[-1] == "COMPLETED"
    assert len(set(statuses)) == len(statuses)
    assert events[-1]["size"] > 0
    with pytest.raises(Refused) as refused:
        [event async for event in eve.subscribe(text, archiveId=archive)]
    assert refused.value.code == "NOT_FOUND"
