"""Starting and stopping sandboxes, on the wire."""

from tests.support.api import Data, Member
from tests.support.journeys import ready_project, running_sandbox

CREATE = """mutation ($input: CreateSandboxInput!) { createSandbox(input: $input) {
    sandbox { id projectId provider wantedProvider fallbackReason size status } errors { code message field }
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


async def test_another_provider_is_taken_only_where_that_is_allowed(ada: Member) -> None:
    project = await ready_project(ada)

    payload = await create(ada, projectId=project, provider="E2B", fallback=["DAYTONA", "LOCAL"], size="LARGE")
    twice = await create(ada, projectId=project, fallback=["LOCAL", "LOCAL"])

    sandbox = payload["sandbox"]
    assert (sandbox["provider"], sandbox["wantedProvider"], sandbox["size"]) == ("LOCAL", "E2B", "LARGE")
    assert "E2B is not configured" in sandbox["fallbackReason"]
    assert (twice["errors"][0]["code"], twice["errors"][0]["field"]) == ("INVALID_INPUT", ["input", "fallback"])


async def test_foreign_things_answer_as_missing_ones(ada: Member, eve: Member) -> None:
    project = await ready_project(ada)
    sandbox = (await create(ada, projectId=project))["sandbox"]["id"]

    created = await create(eve, projectId=project)
    stopped = (await eve.execute(STOP, input={"sandboxId": sandbox}))["stopSandbox"]

    assert [(error["code"], error["field"]) for error in created["errors"]] == [("NOT_FOUND", ["input", "projectId"])]
    assert [(error["code"], error["field"]) for error in stopped["errors"]] == [("NOT_FOUND", ["input", "sandboxId"])]


EXTEND = """mutation ($input: ExtendSandboxInput!) { extendSandbox(input: $input) {
    sandbox { expiresAt idleStopsAt } errors { code field details }
} }"""
RESTART = """mutation ($input: RestartSandboxInput!) { restartSandbox(input: $input) {
    sandbox { status } errors { code field }
} }"""
DELETE = """mutation ($input: DeleteSandboxInput!) { deleteSandbox(input: $input) {
    deletedSandboxId errors { code field }
} }"""
SANDBOX = """query ($id: ID!) { sandbox(id: $id) { status expiresAt idleStopsAt resourceLimits {
    cpus { value enforcement } memoryBytes { value enforcement } processes { value enforcement }
    diskBytes { value enforcement } diskFiles { value enforcement } openFiles { value enforcement }
    outputBytes { value enforcement }
} } }"""


async def test_a_sandbox_is_extended_restarted_and_deleted(ada: Member) -> None:
    sandbox = await running_sandbox(ada, await ready_project(ada))
    before = (await ada.execute(SANDBOX, id=sandbox))["sandbox"]

    extended = (await ada.execute(EXTEND, input={"sandboxId": sandbox, "byS": 60}))["extendSandbox"]
    too_much = (await ada.execute(EXTEND, input={"sandboxId": sandbox, "byS": 2**31 - 1}))["extendSandbox"]
    restarted = (await ada.execute(RESTART, input={"sandboxId": sandbox}))["restartSandbox"]
    deleted = (await ada.execute(DELETE, input={"sandboxId": sandbox}))["deleteSandbox"]
    again = (await ada.execute(DELETE, input={"sandboxId": sandbox}))["deleteSandbox"]

    assert before["idleStopsAt"] < before["expiresAt"] < extended["sandbox"]["expiresAt"]
    assert (too_much["errors"][0]["code"], too_much["errors"][0]["field"]) == ("INVALID_INPUT", ["input", "byS"])
    assert too_much["errors"][0]["details"]["limit"] > 0
    assert restarted["sandbox"]["status"] == "STARTING"
    assert deleted == {"deletedSandboxId": sandbox, "errors": []}
    assert (again["deletedSandboxId"], again["errors"][0]["code"]) == (None, "NOT_FOUND")
    assert (await ada.execute(SANDBOX, id=sandbox))["sandbox"] is None


async def test_limits_are_told_with_who_sees_to_them(ada: Member) -> None:
    sandbox = await running_sandbox(ada, await ready_project(ada))

    limits = (await ada.execute(SANDBOX, id=sandbox))["sandbox"]["resourceLimits"]

    assert limits["memoryBytes"]["value"] == 512 * 1024 * 1024
    assert limits["cpus"]["enforcement"] in ("HARD", "NONE")
    assert limits["diskFiles"] == {"value": 200_000, "enforcement": "WATCHED"}
    assert limits["outputBytes"] == {"value": 10 * 1024 * 1024, "enforcement": "HARD"}
    assert all(limits.values())
