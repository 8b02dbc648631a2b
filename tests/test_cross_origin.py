"""What pages of other origins can do to the whole server, and what it tells their browsers."""

import json
from collections.abc import AsyncIterator
from itertools import product

import httpx
import pytest
import pytest_asyncio
from pymongo import AsyncMongoClient
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from aura_gql.infra.mongo import MongoDocument
from tests.support.api import Api, running_api
from tests.support.examples import example
from tests.support.journeys import ready_project

pytestmark = pytest.mark.asyncio(loop_scope="module")

ALLOWED, FOREIGN, OWN = "https://aura.example", "https://evil.example", "own"
PUBLIC = "https://api.aura.example"
QUERY = "{ viewer { email } }"
FORM = 'form-data; name="operations"'
MULTIPART = (
    f"--b\r\nContent-Disposition: {FORM}\r\n\r\n{json.dumps({'query': QUERY})}\r\n"
    f"--b\r\nContent-Disposition: {FORM.replace('operations', 'map')}\r\n\r\n{{}}\r\n--b--\r\n"
)
JSON, EVENTS, FORM_DATA = "application/json", "text/event-stream", "multipart/form-data; boundary=b"
BODY = json.dumps({"query": QUERY})
METHODS = {
    "GET": ("GET", {}, ""),
    "GET with a type": ("GET", {"content-type": JSON}, ""),
    "GET of events": ("GET", {"accept": EVENTS}, ""),
    "JSON": ("POST", {"content-type": JSON}, BODY),
    "JSON for events": ("POST", {"content-type": JSON, "accept": EVENTS}, BODY),
    "text": ("POST", {"content-type": "text/plain"}, BODY),
    "form": ("POST", {"content-type": "application/x-www-form-urlencoded"}, f"query={QUERY}"),
    "untyped": ("POST", {}, BODY),
    "multipart": ("POST", {"content-type": FORM_DATA}, MULTIPART),
    "multipart with a header": ("POST", {"content-type": FORM_DATA, "graphql-preflight": "1"}, MULTIPART),
}
"""Each kind of request: its method, headers and body."""

UNREADABLE = {"text": 415, "form": 415, "untyped": 415, "multipart": 403}
"""The kinds that nobody may send, with the status for those who may use their cookies."""

PROVEN = {"GET with a type", "JSON", "JSON for events", "multipart with a header"}
"""The kinds that no page can send elsewhere before its browser has asked for leave."""

ORIGINS = (None, "null", FOREIGN, ALLOWED, OWN)
SITES = (None, "none", "same-origin", "same-site", "cross-site")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def api(mongodb_uri: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Api]:
    """A server that lets one other origin in."""
    async with AsyncMongoClient[MongoDocument](mongodb_uri, tz_aware=True) as client:
        database = client["test_cross_origin"]
        server: dict[str, object] = {"allowed_origins": (ALLOWED,), "public_url": PUBLIC}
        async with running_api(mongodb_uri, tmp_path_factory.mktemp("api"), database, server=server) as api:
            yield api
        await client.drop_database(database.name)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cookie(api: Api) -> str:
    """Ada's cookie."""
    session = await api.auth.sign_in("ada@example.com")
    return f"{session.cookie_name}={session.cookie_value}"


def told_by(api: Api, origin: str | None) -> dict[str, str]:
    """The `Origin` header of a page on an origin."""
    return {} if origin is None else {"origin": f"http://{api.host}" if origin == OWN else origin}


async def send(api: Api, kind: str, headers: dict[str, str]) -> httpx.Response:
    method, own, body = METHODS[kind]
    parameters = {"query": QUERY} if method == "GET" else None
    return await api.http.request(method, "/graphql", params=parameters, content=body, headers=own | headers)


def expected(kind: str, origin: str | None, site: str | None) -> int:
    """The status of a request with cookies, as the rules have it."""
    may = site == "same-origin" or origin in (ALLOWED, OWN)
    if origin is None:
        may = may or site == "none" or kind in PROVEN
    return UNREADABLE.get(kind, 200) if may else 403


@pytest.mark.parametrize("kind", METHODS)
async def test_cookies_count_for_our_own_pages_and_for_programs_alone(api: Api, cookie: str, kind: str) -> None:
    wrong = []
    for origin, site in product(ORIGINS, SITES):
        headers = told_by(api, origin) | ({"sec-fetch-site": site} if site else {}) | {"cookie": cookie}
        response = await send(api, kind, headers)
        wanted = expected(kind, origin, site)
        is_ada = "ada@example.com" in response.text
        if (response.status_code, is_ada) != (wanted, wanted == 200):
            wrong.append((origin, site, response.status_code, response.text))
        if wanted == 403:
            assert response.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert wrong == []


@pytest.mark.parametrize("kind", METHODS)
async def test_without_cookies_no_page_is_in_the_way(api: Api, kind: str) -> None:
    bearer = {"authorization": f"Bearer {(await api.sign_in('ada')).bearer}"}
    for origin, site in product(ORIGINS, (None, "cross-site")):
        headers = told_by(api, origin) | ({"sec-fetch-site": site} if site else {})
        signed_in, anonymous = await send(api, kind, headers | bearer), await send(api, kind, headers)
        assert signed_in.status_code == UNREADABLE.get(kind, 200), signed_in.text
        assert ("ada@example.com" in signed_in.text) is (signed_in.status_code == 200)
        assert anonymous.status_code == (401 if kind.startswith("multipart") else UNREADABLE.get(kind, 200))
        assert "ada@example.com" not in anonymous.text


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("origin", ORIGINS)
async def test_sockets_are_for_our_own_pages_and_for_programs_alone(
    api: Api, cookie: str, origin: str | None, site: str | None
) -> None:
    headers = told_by(api, origin) | ({"sec-fetch-site": site} if site else {}) | {"cookie": cookie}
    opening = connect(
        f"ws://{api.host}/graphql", subprotocols=[Subprotocol("graphql-transport-ws")], additional_headers=headers
    )
    if origin in (None, ALLOWED, OWN) or site == "same-origin":
        async with opening as socket:
            assert socket.subprotocol == "graphql-transport-ws"
        return
    with pytest.raises(InvalidStatus) as refused:
        await opening
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("path", ["/graphql", "/healthz", "/static/graphiql/page.js", "/nothing"])
async def test_browsers_are_told_which_pages_may_read(api: Api, path: str) -> None:
    friend, stranger = ({"origin": origin, "accept": "application/json"} for origin in (ALLOWED, FOREIGN))
    answers = [await api.http.get(path, headers=headers) for headers in (friend, stranger, {})]
    assert [grants(answer) for answer in answers] == [
        {
            "access-control-allow-origin": ALLOWED,
            "access-control-allow-credentials": "true",
            "access-control-expose-headers": "x-request-id, retry-after, content-disposition, content-range, etag",
        },
        {},
        {},
    ]
    assert all("origin" in answer.headers["vary"].lower() for answer in answers), "caches must not mix them up"


async def test_a_browser_may_ask_first(api: Api) -> None:
    wish = {"access-control-request-method": "POST", "access-control-request-headers": "authorization,content-type"}
    friend = await api.http.options("/graphql", headers={"origin": ALLOWED, **wish})
    granted = grants(friend)
    headers = set(granted.pop("access-control-allow-headers").lower().split(", "))
    assert friend.status_code == 200
    assert granted == {
        "access-control-allow-origin": ALLOWED,
        "access-control-allow-credentials": "true",
        "access-control-allow-methods": "GET, POST, PUT",
        "access-control-max-age": "3600",
    }
    assert headers >= {"authorization", "content-type", "graphql-preflight", "x-request-id"}
    assert "*" not in headers
    for origin in (FOREIGN, "null", f"{ALLOWED}.evil.example", f"http://{api.host}"):
        stranger = await api.http.options("/graphql", headers={"origin": origin, **wish})
        assert (stranger.status_code, grants(stranger)) == (403, {})
        assert stranger.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"
        assert "origin" in stranger.headers["vary"].lower()


@pytest.mark.parametrize("wish", [("DELETE", "content-type"), ("POST", "x-anything")])
async def test_a_browser_may_not_ask_for_anything(api: Api, wish: tuple[str, str]) -> None:
    asked = dict(zip(("access-control-request-method", "access-control-request-headers"), wish, strict=True))
    answer = await api.http.options("/graphql", headers={"origin": ALLOWED, **asked})
    assert answer.status_code == 400


async def test_a_page_may_use_links_as_its_origin_may(api: Api) -> None:
    """Links need no cookies, but a page on an origin that nobody allowed is to read none of what they give."""
    wish = {"access-control-request-method": "PUT", "access-control-request-headers": "content-type"}
    for path, method in (("/uploads/x", "PUT"), ("/blobs/x", "GET")):
        asked = {**wish, "access-control-request-method": method}
        friend = await api.http.options(path, headers={"origin": ALLOWED, **asked})
        assert (friend.status_code, method in friend.headers["access-control-allow-methods"]) == (200, True)
        stranger = await api.http.options(path, headers={"origin": FOREIGN, **asked})
        assert (stranger.status_code, grants(stranger)) == (403, {})
        answers = [await api.http.request(method, path, headers={"origin": origin}) for origin in (ALLOWED, FOREIGN)]
        assert [answer.status_code for answer in answers] == [403, 403]
        assert ["access-control-allow-origin" in grants(answer) for answer in answers] == [True, False]


async def test_links_begin_with_the_public_address(api: Api) -> None:
    ada = await api.sign_in("ada")
    wish = {"projectId": await ready_project(ada), "purpose": "FILE", "size": 1, "sha256": "0" * 64}
    made = (await ada.execute(example("CreateUploadUrl"), input=wish))["createUploadUrl"]["uploadUrl"]
    assert made["url"].startswith(f"{PUBLIC}/uploads/1.")


def grants(answer: httpx.Response) -> dict[str, str]:
    """The headers of an answer that let a page read it."""
    return {name: value for name, value in answer.headers.items() if name.startswith("access-control-")}
