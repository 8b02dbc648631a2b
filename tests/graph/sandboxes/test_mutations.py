"""Starting and stopping sandboxes, on the wire."""

from tests.support.api import Data, Member
from tests.support.journeys import ready_project, running_sandbox

CREATE = """mutation ($input: CreateSandboxInput!) { createSandbox(input: $input) {
    sandbox { id projectId provider status } errors { code message field }
} }"""
STOP = """mutation ($input: StopSandboxInput!) { stopSandbox(input: $input) {
    sandbox { status statusReason stoppedAt } errors { code field }
} }"""


async def create(member: Member, **fields: object) -> Data:
    payload: Data = (await member.execute(CREATE, input=fields))["createSandbox"]
    return payload


async def test_a_sandbox_starts_and_stops(ada: Member) -> None:
    project = await ready_project(ada)
    sandbox = await running_sandbox(ada, project)

    stopped, again = [
        (await ada.execute(STOP, input={"sandboxId": sandbox}))["stopSandbox"]["sandbox"] for _ in range(2)
    ]

    assert stopped == again
    assert stopped["status"] == "STOPPED"
    assert stopped["stoppedAt"] is not None


async def test_the_same_key_starts_one_sandbox(ada: Member) -> None:
    project = await ready_project(ada)

    first, again = [await create(ada, projectId=project, idempotencyKey="one") for _ in range(2)]

    assert first["sandbox"]["id"] == again["sandbox"]["id"]
    assert (first["sandbox"]["projectId"], first["sandbox"]["provider"]) == (project, "LOCAL")


async def test_a_provider_that_is_not_configured_is_refused(ada: Member) -> None:
    payload = await create(ada, projectId=await ready_project(ada), provider="E2B")

    assert payload["sandbox"] is None
    assert payload["errors"][0]["code"] == "UNSUPPORTED"


async def test_foreign_things_answer_as_missing_ones(ada: Member, eve: Member) -> None:
    project = await ready_project(ada)
    sandbox = (await create(ada, projectId=project))["sandbox"]["id"]

    created = await create(eve, projectId=project)
    stopped = (await eve.execute(STOP, input={"sandboxId": sandbox}))["stopSandbox"]

    assert [(error["code"], error["field"]) for error in created["errors"]] == [("NOT_FOUND", ["input", "projectId"])]
    assert [(error["code"], error["field"]) for error in stopped["errors"]] == [("NOT_FOUND", ["input", "sandboxId"])]
