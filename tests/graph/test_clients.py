"""The clients that front ends use, each doing the main job with nothing of ours but the URL and the bearer."""

from collections.abc import Mapping

import pytest

from tests.support.api import Api
from tests.support.journeys import ready_project, running_sandbox
from tests.support.node import needs_node, node_json

SSE = {"AURA_SUBSCRIPTIONS": "sse"}
LINES = "".join(f"line {number}\n" for number in range(1, 61))

pytestmark = needs_node


CLIENTS = [
    pytest.param("clients/graphql-ws.mjs", {}, id="graphql-ws"),
    pytest.param("clients/graphql-sse.mjs", {}, id="graphql-sse"),
    pytest.param("clients/apollo.mjs", {}, id="apollo"),
    pytest.param("clients/urql.mjs", {}, id="urql"),
    pytest.param("clients/urql.mjs", SSE, id="urql-sse"),
]


@pytest.mark.parametrize(("program", "env"), CLIENTS)
async def test_a_client_does_the_main_job(api: Api, program: str, env: Mapping[str, str]) -> None:
    ada = await api.sign_in(f"ada-{program}-{len(env)}".replace("/", "-"))
    sandbox = await running_sandbox(ada, await ready_project(ada))
    url, bearer = f"http://{api.host}", str(ada.bearer)

    told = await node_json(program, env={"AURA_URL": url, "AURA_BEARER": bearer, "AURA_SANDBOX": sandbox, **env})

    assert told["template"]["slug"] == "python-script"
    assert (told["invalidId"], told["invalidVariable"]) == (["INVALID_INPUT"], ["BAD_REQUEST"])
    refused = told["refusedInput"]
    assert (refused["execution"], refused["errors"][0]["code"]) == (None, "INVALID_INPUT")
    assert refused["errors"][0]["field"] == ["input", "sandboxId"]
    assert told["unknownExecution"] == ["INVALID_INPUT"]
    assert told["status"] == "RUNNING"
    over_socket = "sse" not in program and not env
    for name in ("interrupted", "whole", *(["dropped"] if over_socket else [])):
        assert told[name]["text"] == LINES
        assert (told[name]["end"]["status"], told[name]["end"]["exitCode"]) == ("FAILED", 3)


@pytest.mark.parametrize(
    ("program", "env", "query", "subscription"),
    [
        pytest.param("graphql-ws", {}, [4403], [4403], id="graphql-ws"),
        pytest.param("graphql-sse", {}, [401], [401], id="graphql-sse"),
        pytest.param("apollo", {}, ["UNAUTHENTICATED"], ["Error: Socket closed with event 4403"], id="apollo"),
        pytest.param("urql", {}, ["UNAUTHENTICATED"], [4403], id="urql"),
        pytest.param("urql", SSE, ["UNAUTHENTICATED"], ["UNAUTHENTICATED"], id="urql-sse"),
    ],
)
async def test_a_client_learns_that_its_bearer_is_nobodys(
    api: Api, program: str, env: Mapping[str, str], query: list[object], subscription: list[object]
) -> None:
    surroundings = {"AURA_URL": f"http://{api.host}", "AURA_BEARER": "nobody.at-all"}

    told = await node_json(f"clients/{program}.mjs", env={**surroundings, **env})

    assert told["query"] == query
    assert str(told["subscription"][0]).startswith(str(subscription[0]))
