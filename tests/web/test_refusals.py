"""Errors that never come to GraphQL."""

import httpx
import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from aura_gql.kernel.errors import ErrorCode
from aura_gql.web.middleware import RequestId
from aura_gql.web.refusals import refusal, refuse


async def answer(request: Request) -> Response:
    match request.url.path:
        case "/teapot":
            raise HTTPException(418, "Short and stout")
        case "/bug":
            raise KeyError("secret")
    return PlainTextResponse("fine")


APP = Starlette(
    routes=[Route(path, answer, methods=["POST"]) for path in ("/teapot", "/bug", "/fine")],
    middleware=[Middleware(RequestId)],
    exception_handlers={HTTPException: refuse, Exception: refuse},
)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "NOT_FOUND"),
        ("POST", "/nowhere/%00", 404, "NOT_FOUND"),
        ("GET", "/fine", 405, "BAD_REQUEST"),
        ("DELETE", "/fine", 405, "BAD_REQUEST"),
        ("POST", "/teapot", 418, "BAD_REQUEST"),
        ("POST", "/bug", 500, "INTERNAL"),
    ],
)
async def test_every_error_is_json(method: str, path: str, status: int, code: str) -> None:
    transport = httpx.ASGITransport(APP, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        response = await client.request(method, path, headers={"x-request-id": "request-1"})
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    assert response.headers.get("allow") == ("POST" if status == 405 else None)
    (error,) = response.json()["errors"]
    assert (response.status_code, error["extensions"]) == (status, {"code": code, "requestId": "request-1"})
    assert "secret" not in response.text
    assert "stout" not in response.text


def test_a_refusal_keeps_its_headers() -> None:
    response = refusal(503, "Later.", ErrorCode.RATE_LIMITED, headers={"retry-after": "2"})
    assert (response.status_code, response.headers["retry-after"]) == (503, "2")
