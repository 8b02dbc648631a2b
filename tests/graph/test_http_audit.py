"""The public audit suite of GraphQL over HTTP, against the whole server."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.support.api import Api
from tests.support.graph import serving
from tests.support.node import needs_node, node_json

pytestmark = needs_node

AUDITS = 61
"""All that graphql-http has at the version that is locked, the SHOULDs and MAYs included."""


async def shortcomings(url: str) -> list[str]:
    """What the audits find wrong with an endpoint, a line for each."""
    results = await node_json("audit.mjs", url)
    assert len(results) == AUDITS
    return [f"{result['id']} {result['name']}: {result['reason']}" for result in results if result["status"] != "ok"]


async def test_every_audit_passes(api: Api) -> None:
    assert await shortcomings(f"http://{api.host}/graphql") == []


async def test_a_server_that_takes_it_lightly_is_found_out() -> None:
    async def answer(request: Request) -> JSONResponse:
        return JSONResponse({"data": {"__typename": "Query"}}, media_type="text/json")

    async with serving(Starlette(routes=[Route("/graphql", answer, methods=["GET", "POST"])])) as host:
        found = await shortcomings(f"http://{host}/graphql")

    assert [line for line in found if " MUST " in line]
    assert [line for line in found if " SHOULD " in line]
