"""Who is signed in by opening the page, and who is not."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from aura_gql.auth.service import AuthService
from aura_gql.infra.mongo import Database
from aura_gql.web.development_login import DevelopmentLogin
from tests.support.graph import client_of

LOCAL = ("127.0.0.1", 5000)


async def page(request: Request) -> Response:
    return PlainTextResponse("page")


@pytest.fixture
def auth(database: Database) -> AuthService:
    return AuthService(database, "a secret of the test")


@pytest.fixture
def app(auth: AuthService) -> Starlette:
    login = DevelopmentLogin(page, auth.authenticate, lambda: auth.sign_in("dev@localhost"))
    return Starlette(routes=[Route("/graphql", login.__call__)])


async def get(app: Starlette, peer: tuple[str, int] = LOCAL, **headers: str) -> httpx.Response:
    async with client_of(app, peer) as client:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        response = await client.get("/graphql", headers=named)
    assert response.text == "page"
    return response


async def test_a_developer_is_signed_in(app: Starlette, auth: AuthService) -> None:
    for peer, host in ((LOCAL, "localhost:8000"), (("::1", 1), "[::1]:8000"), (LOCAL, "127.0.0.1")):
        cookie = (await get(app, peer, host=host)).headers["set-cookie"]
        pair, *attributes = cookie.split("; ")
        viewer = await auth.authenticate(pair, None)
        assert viewer
        assert viewer.email == "dev@localhost"
        assert {"HttpOnly", "SameSite=Lax", "Path=/"} < set(attributes)


@pytest.mark.parametrize(
    ("peer", "headers"),
    [
        (("192.0.2.1", 1), {}),
        (("not an address", 1), {}),
        (LOCAL, {"host": "rebound.example"}),
        (LOCAL, {"host": "localhost.evil.example"}),
        (LOCAL, {"host": "127.0.0.1.nip.io"}),
        (LOCAL, {"x_forwarded_for": "192.0.2.1"}),
        (LOCAL, {"forwarded": "for=192.0.2.1"}),
    ],
)
async def test_others_are_not(app: Starlette, peer: tuple[str, int], headers: dict[str, str]) -> None:
    assert "set-cookie" not in (await get(app, peer, **headers)).headers


async def test_whoever_is_signed_in_stays_so(app: Starlette, auth: AuthService) -> None:
    mine = await auth.sign_in("me@example.com")
    kept = await get(app, cookie=f"{mine.cookie_name}={mine.cookie_value}")
    assert "set-cookie" not in kept.headers
    assert "set-cookie" in (await get(app, cookie=f"{mine.cookie_name}=garbage")).headers


async def test_one_session_serves_until_it_nears_its_end(auth: AuthService) -> None:
    lasts_s = [1800, 86_400]
    login = DevelopmentLogin(
        page, auth.authenticate, lambda: auth.sign_in("dev@localhost", expires_in_s=lasts_s.pop(0))
    )
    app = Starlette(routes=[Route("/graphql", login.__call__)])
    cookies = [(await get(app)).headers["set-cookie"].split(";")[0] for _ in range(3)]
    assert len(set(cookies)) == 2
    assert cookies[1] == cookies[2]
    viewer = await auth.authenticate(cookies[2], None)
    assert viewer
    assert viewer.expires_at > datetime.now(UTC) + timedelta(hours=20)
