"""What is deleted under its subscribers ends their subscriptions, each with its own end, and never their socket."""

import json

from websockets.asyncio.client import ClientConnection

from tests.support.api import Data, Member
from tests.support.journeys import ready_project, running_sandbox

RUN = "mutation ($input: RunCommandInput!) { runCommand(input: $input) { execution { id } } }"
DELETE = "mutation ($input: DeleteProjectInput!) { deleteProject(input: $input) { errors { code } } }"
WATCHES = {
    "project": "subscription ($id: ID!) { projectChanged(id: $id) { status } }",
    "sandbox": "subscription ($id: ID!) { sandboxStatus(id: $id) { status } }",
    "execution": "subscription ($id: ID!) { executionOutput(id: $id) { __typename } }",
}


async def subscribe(socket: ClientConnection, id: str, query: str, thing: str = "") -> None:
    payload = {"query": query, "variables": {"id": thing}}
    await socket.send(json.dumps({"id": id, "type": "subscribe", "payload": payload}))


async def until_over(socket: ClientConnection, ids: set[str]) -> dict[str, list[Data]]:
    """The messages of operations, each to its last."""
    messages: dict[str, list[Data]] = {id: [] for id in ids}
    while any(not found or found[-1]["type"] == "next" for found in messages.values()):
        message = json.loads(await socket.recv())
        messages[message["id"]].append(message)
    return messages


async def test_deleting_a_project_ends_what_watches_it_and_nothing_else(ada: Member) -> None:
    kept, project = await ready_project(ada), await ready_project(ada)
    sandbox = await running_sandbox(ada, project)
    command = {"sandboxId": sandbox, "command": "while true; do echo busy; sleep 0.05; done"}
    execution = (await ada.execute(RUN, input=command))["runCommand"]["execution"]["id"]
    async with ada.socket() as socket:
        await subscribe(socket, "kept", WATCHES["project"], kept)
        assert json.loads(await socket.recv())["id"] == "kept"
        for name, id in (("project", project), ("sandbox", sandbox), ("execution", execution)):
            await subscribe(socket, name, WATCHES[name], id)
            while json.loads(await socket.recv())["id"] != name:
                continue

        assert (await ada.execute(DELETE, input={"projectId": project}))["deleteProject"]["errors"] == []
        ends = await until_over(socket, set(WATCHES))

        assert ends["project"][-2]["payload"]["data"]["projectChanged"]["status"] == "DELETING"
        assert ends["project"][-1]["type"] == "complete"
        for name in ("sandbox", "execution"):
            last = ends[name][-1]
            # Its end was told, or what tells of it was gone before that.
            assert last["type"] == "complete" or last["payload"][0]["extensions"]["code"] == "NOT_FOUND"
        await subscribe(socket, "again", WATCHES["project"], project)
        (refused,) = (await until_over(socket, {"again"}))["again"]
        assert (refused["type"], refused["payload"][0]["extensions"]["code"]) == ("error", "NOT_FOUND")
        await subscribe(socket, "q", "{ __typename }")
        assert [message["type"] for message in (await until_over(socket, {"q"}))["q"]] == ["next", "complete"]
