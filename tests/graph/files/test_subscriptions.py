"""Watching files, on the wire."""

import pytest

from aura_gql.kernel.page import encode_cursor
from tests.support.api import Data, Member, Refused
from tests.support.examples import example
from tests.support.journeys import finished, ready_project, running_sandbox

FILES_CHANGED = example("FilesChanged")
SAVE = example("SaveFile")
RUN = "mutation ($input: RunCommandInput!) { runCommand(input: $input) { execution { id } } }"
CHANGES = example("FileChanges")


async def watch(member: Member, project: str, last: int, after: int | None = 0) -> list[Data]:
    """The changes behind `after`, up to number `last`."""
    found: list[Data] = []
    async for data in member.subscribe(FILES_CHANGED, projectId=project, after=after):
        batch = data["filesChanged"]
        assert batch["isComplete"]
        found += batch["changes"]
        if batch["lastSequence"] >= last:
            return found
    raise AssertionError("The stream ended.")


async def test_saves_and_code_come_in_one_order_and_resume(ada: Member) -> None:
    project = await ready_project(ada)
    sandbox = await running_sandbox(ada, project)
    save = {"projectId": project, "path": "mine.txt", "content": "1", "expectedVersion": 0}
    assert (await ada.execute(SAVE, input=save))["saveFile"]["errors"] == []
    command = {"sandboxId": sandbox, "command": "mkdir out && mv mine.txt out/ && ls -A"}
    id = (await ada.execute(RUN, input=command))["runCommand"]["execution"]["id"]
    _, end = await finished(ada, id)
    assert end["status"] == "COMPLETED"
    of_it = (await ada.execute(CHANGES, executionId=id))["execution"]["fileChanges"]
    assert sorted((change["kind"], change["path"]) for change in of_it["nodes"]) == [
        ("CREATED", "out"),
        ("MOVED", "out/mine.txt"),
    ]
    assert of_it["totalCount"] == 2
    changes = await watch(ada, project, 3)
    assert [change["sequence"] for change in changes] == [1, 2, 3]
    assert [change["origin"] for change in changes] == ["PROJECT", "SANDBOX", "SANDBOX"]
    assert changes[0]["version"] == 1
    assert changes[2]["executionIds"] == [id]
    assert await watch(ada, project, 3, after=2) == changes[2:]
    page = (await ada.execute(CHANGES, executionId=id, first=1))["execution"]["fileChanges"]
    rest = await ada.execute(CHANGES, executionId=id, first=1, after=page["pageInfo"]["endCursor"])
    for bad in (
        {"first": 0},
        {"first": 101},
        {"after": ""},
        {"after": encode_cursor("x")},
        {"after": encode_cursor(10**30)},
    ):
        with pytest.raises(Refused) as refused:
            await ada.execute(CHANGES, executionId=id, **bad)
        assert refused.value.errors[0]["extensions"]["field"] == list(bad)
    assert page["nodes"] + rest["execution"]["fileChanges"]["nodes"] == of_it["nodes"]


async def test_a_foreign_project_and_a_wrong_number_are_refused(ada: Member, eve: Member) -> None:
    project = await ready_project(ada)
    for member, after, code in ((eve, 0, "NOT_FOUND"), (ada, 7, "INVALID_INPUT"), (ada, -1, "INVALID_INPUT")):
        with pytest.raises(Refused) as refused:
            await watch(member, project, 1, after)
        assert refused.value.code == code
