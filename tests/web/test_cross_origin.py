"""What origins are told; `tests/test_cross_origin.py` asks the whole server."""

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from aura_gql.web.cross_origin import CrossOrigin
from tests.support.graph import client_of

FRIEND = "https://friend.example"


async def answer(request: Request) -> Response:
    return PlainTextResponse("read me", headers={"vary": "accept"})


APP = Starlette(
    routes=[Route("/", answer)],
    middleware=[Middleware(CrossOrigin, allow_origins=[FRIEND], allow_credentials=True, expose_headers=["x-a"])],
)


@pytest.mark.parametrize("origin", [None, FRIEND, "https://evil.example", "null", ""])
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
async def test_only_a_friend_is_told_anything(method: str, origin: str | None) -> None:
    headers = {} if origin is None else {"origin": origin}
    if method == "OPTIONS":
        headers["access-control-request-method"] = "GET"
    async with client_of(APP) as client:
        response = await client.request(method, "/", headers=headers)
    told = {name for name in response.headers if name.startswith("access-control")}
    assert bool(told) is (origin == FRIEND)
    if method == "GET":
        assert response.text == "read me"
        assert response.headers["vary"] == "accept, Origin"
    else:
        assert response.status_code == {None: 405, FRIEND: 200}.get(origin, 403)
