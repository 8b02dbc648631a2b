"""The real `better-auth` of npm and our server on one database: its sign-ins are ours, and so is their end."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from secrets import token_hex
from typing import Any
from urllib.parse import quote, unquote

import pytest
import pytest_asyncio
from bson import ObjectId
from pymongo import AsyncMongoClient
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from aura_gql.infra.mongo import Database, MongoDocument
from aura_gql.kernel.clock import utcnow
from tests.support.api import SECRET, Api, Member, running_api
from tests.support.better_auth import Application, BetterAuth, Login, better_auth
from tests.support.journeys import ready_project
from tests.support.node import needs_node
from tests.support.waiting import until

pytestmark = [needs_node, pytest.mark.asyncio(loop_scope="module")]

WHO = "{ viewer { email isAdmin } }"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(mongodb_uri: str) -> AsyncIterator[Database]:
    """The database of both servers."""
    async with AsyncMongoClient[MongoDocument](mongodb_uri, tz_aware=True) as client:
        database = client[f"test_{token_hex(8)}"]
        yield database
        await client.drop_database(database.name)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def api(mongodb_uri: str, shared: Database, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Api]:
    """Our server, which looks often whether its sessions still live."""
    live: dict[str, object] = {"session_check_interval_ms": 50}
    async with running_api(mongodb_uri, tmp_path_factory.mktemp("api"), shared, live=live) as api:
        yield api


@dataclass(frozen=True)
class Apps:
    """Better Auth, set up in several ways."""

    same: BetterAuth
    secure: BetterAuth
    other: BetterAuth


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def apps(mongodb_uri: str, shared: Database) -> AsyncIterator[Apps]:
    """With our server's secret, over http and https, and with another one."""
    applications = [
        Application(SECRET),
        Application(SECRET, is_secure=True),
        Application(token_hex(32)),
    ]
    async with better_auth(mongodb_uri, shared, *applications) as served:
        yield Apps(*served)


@pytest.fixture
def app(apps: Apps) -> BetterAuth:
    """Better Auth with the same secret."""
    return apps.same


async def viewer(api: Api, **headers: str) -> dict[str, Any] | None:
    """Who the sender of the headers is to us, over HTTP."""
    response = await api.http.post("/graphql", json={"query": WHO}, headers=headers)
    body = response.json()
    if response.status_code == 401:
        return None
    assert "errors" not in body, body
    found: dict[str, Any] | None = body["data"]["viewer"]
    return found


async def email(api: Api, cookie: str) -> str | None:
    found = await viewer(api, cookie=cookie)
    return found["email"] if found else None


@asynccontextmanager
async def socket(api: Api, payload: object = None, **headers: str) -> AsyncIterator[ClientConnection]:
    url, protocols = f"ws://{api.host}/graphql", [Subprotocol("graphql-transport-ws")]
    async with connect(url, subprotocols=protocols, additional_headers=headers) as connection, asyncio.timeout(30):
        await connection.send(json.dumps({"type": "connection_init", "payload": payload}))
        assert json.loads(await connection.recv())["type"] == "connection_ack"
        yield connection


async def ask(connection: ClientConnection, query: str) -> Any:
    """The payload of the answer to one operation on a socket."""
    await connection.send(json.dumps({"id": token_hex(4), "type": "subscribe", "payload": {"query": query}}))
    return json.loads(await connection.recv())["payload"]


async def close_code(connection: ClientConnection) -> int | None:
    """What the server closes the socket with."""
    await connection.wait_closed()
    return connection.close_code


async def first_event(api: Api, **headers: str) -> Any:
    """The first event that has data, of the answer as server-sent events."""
    headers["accept"] = "text/event-stream"
    async with asyncio.timeout(30), api.http.stream("POST", "/graphql", json={"query": WHO}, headers=headers) as answer:
        async for line in answer.aiter_lines():
            if line.startswith("data: "):
                return json.loads(line.removeprefix("data: "))
    pytest.fail("The stream had no event.")


async def test_its_cookie_signs_in_over_each_transport(api: Api, app: BetterAuth) -> None:
    ada = (await app.sign_up()).email
    login = await app.sign_in(ada)
    assert len(login.cookies) == 2, "the session's and its cache"
    assert await email(api, login.header) == ada
    async with socket(api, cookie=login.header) as connection:
        assert (await ask(connection, WHO))["data"]["viewer"]["email"] == ada
    assert (await first_event(api, cookie=login.header))["data"]["viewer"]["email"] == ada


async def test_its_bearer_signs_in_over_each_transport(api: Api, app: BetterAuth) -> None:
    login = await app.sign_up()
    bearer = f"Bearer {login.bearer}"
    assert await viewer(api, authorization=bearer) == {"email": login.email, "isAdmin": False}
    async with socket(api, {"authorization": bearer}) as connection:
        assert (await ask(connection, WHO))["data"]["viewer"]["email"] == login.email
    assert (await first_event(api, authorization=bearer))["data"]["viewer"]["email"] == login.email


async def test_a_sign_out_ends_everything(api: Api, app: BetterAuth) -> None:
    login = await app.sign_up()
    other = await app.sign_in(login.email)
    async with socket(api, cookie=login.header) as ended, socket(api, cookie=other.header) as kept:
        await app.sign_out(login)
        assert await email(api, login.header) is None
        assert await viewer(api, authorization=f"Bearer {login.bearer}") is None
        assert await close_code(ended) == 4401
        assert (await ask(kept, WHO))["data"]["viewer"]["email"] == login.email
    assert await email(api, other.header) == login.email


async def test_a_sign_out_ends_a_stream_with_a_typed_error(api: Api, app: BetterAuth) -> None:
    login = await app.sign_up()
    project = await ready_project(Member(api.http, api.host, login.bearer))
    question = {"query": f'subscription {{ projectChanged(id: "{project}") {{ status }} }}'}
    headers = {"cookie": login.header, "accept": "text/event-stream"}
    async with asyncio.timeout(30), api.http.stream("POST", "/graphql", json=question, headers=headers) as stream:
        lines = (line async for line in stream.aiter_lines() if line.startswith("data: "))
        assert '"READY"' in await anext(lines)
        await app.sign_out(login)
        (error,) = json.loads((await anext(lines)).removeprefix("data: "))["errors"]
    assert error["extensions"]["code"] == "UNAUTHENTICATED"


async def test_the_cookie_cache_is_never_trusted(api: Api, app: BetterAuth) -> None:
    login = await app.sign_up()
    (cache,) = (f"{name}={value}" for name, value in login.cookies.items() if name.endswith("session_data"))
    assert await email(api, cache) is None
    await app.sign_out(login)
    cached = await app.http.get("/api/auth/get-session", headers={"cookie": login.header})
    assert cached.json()["user"]["email"] == login.email, "Better Auth itself trusts it, or this test proves nothing"
    assert await email(api, login.header) is None


async def test_a_session_ends_when_it_expires(api: Api, app: BetterAuth, shared: Database) -> None:
    login = await app.sign_up()
    async with socket(api, cookie=login.header) as connection:
        await set_session(shared, login, expiresAt=utcnow() - timedelta(seconds=1))
        assert await email(api, login.header) is None
        assert await close_code(connection) == 4401
    assert await app.email_of(login.header) is None


async def test_a_session_that_it_prolongs_goes_on(api: Api, app: BetterAuth, shared: Database) -> None:
    login = await app.sign_up()
    ends = utcnow() + timedelta(seconds=4)
    await set_session(shared, login, expiresAt=ends)
    async with socket(api, cookie=login.header) as connection:
        assert await app.email_of(login.header) == login.email
        await until(lambda: utcnow() > ends)
        assert (await ask(connection, WHO))["data"]["viewer"]["email"] == login.email


async def test_what_was_tampered_with_is_nobodys(api: Api, app: BetterAuth) -> None:
    login = await app.sign_up()
    name, value = login.session_cookie
    assert await email(api, f"{name}={value}") == login.email
    signed = unquote(value)
    # In the token, at both its ends, and in the signature, at its beginning and in its middle.
    changes = [signed[:at] + ("A" if signed[at] != "A" else "B") + signed[at + 1 :] for at in (0, 31, 33, 53, 70)]
    for text in (*changes, signed[:32], signed[:33], signed[:-1]):
        cookie = f"{name}={quote(text)}"
        assert (await email(api, cookie), await app.email_of(cookie)) == (None, None), text


async def test_another_secret_is_another_application(api: Api, apps: Apps) -> None:
    login = await apps.other.sign_up()
    assert await apps.other.email_of(login.header) == login.email
    assert await email(api, login.header) is None
    assert await viewer(api, authorization=f"Bearer {login.bearer}") is None
    async with socket(api, cookie=login.header) as connection:
        assert (await ask(connection, WHO))["data"] == {"viewer": None}


async def test_behind_https_its_cookie_has_another_name(api: Api, apps: Apps) -> None:
    login = await apps.secure.sign_up()
    name, value = login.session_cookie
    assert name == "__Secure-better-auth.session_token"
    assert await email(api, login.header) == login.email
    # Whoever can set cookies by plain http can't set this one, nor put another in its place.
    assert await email(api, f"better-auth.session_token=forged; {name}={value}") == login.email
    async with socket(api, cookie=login.header) as connection:
        assert (await ask(connection, WHO))["data"]["viewer"]["email"] == login.email


async def test_a_deleted_user_is_nobody(api: Api, app: BetterAuth, shared: Database) -> None:
    login = await app.sign_up()
    async with socket(api, cookie=login.header) as connection:
        await shared["user"].delete_one({"_id": ObjectId(login.user_id)})
        assert await email(api, login.header) is None
        assert await close_code(connection) == 4401


async def test_its_administrators_are_ours(api: Api, app: BetterAuth, shared: Database) -> None:
    login = await app.sign_up()
    assert await viewer(api, cookie=login.header) == {"email": login.email, "isAdmin": False}
    await set_user(shared, login, role="user,admin")
    assert await viewer(api, cookie=login.header) == {"email": login.email, "isAdmin": True}
    async with socket(api, cookie=login.header) as connection:
        await set_user(shared, login, role="user")
        assert await close_code(connection) == 4401, "whoever has lost a right must come in anew, without it"


async def test_a_banned_user_is_nobody(api: Api, app: BetterAuth, shared: Database) -> None:
    admin, login = await app.sign_up(), await app.sign_up()
    await set_user(shared, admin, role="admin")
    async with socket(api, cookie=login.header) as connection:
        await app.ban(admin, login.user_id)
        assert await email(api, login.header) is None
        assert await close_code(connection) == 4401


async def test_a_ban_holds_whatever_sessions_are_left(api: Api, app: BetterAuth, shared: Database) -> None:
    login = await app.sign_up()
    await set_user(shared, login, banned=True, banExpires=None)
    # Better Auth relies on its having deleted the sessions; we look again.
    assert (await email(api, login.header), await app.email_of(login.header)) == (None, login.email)
    await set_user(shared, login, banExpires=utcnow() + timedelta(hours=1))
    assert await email(api, login.header) is None
    await set_user(shared, login, banExpires=utcnow() - timedelta(seconds=1))
    assert await email(api, login.header) == login.email
    await set_user(shared, login, banned=False, banExpires=None)
    assert await email(api, login.header) == login.email


async def test_our_sign_ins_are_its_own(api: Api, app: BetterAuth) -> None:
    ada = (await app.sign_up()).email
    session = await api.auth.sign_in(ada)
    cookie = f"{session.cookie_name}={session.cookie_value}"
    assert await app.email_of(cookie) == ada
    await app.sign_out(cookie)
    assert await email(api, cookie) is None


async def set_user(database: Database, login: Login, **fields: object) -> None:
    await database["user"].update_one({"_id": ObjectId(login.user_id)}, {"$set": fields})


async def set_session(database: Database, login: Login, **fields: object) -> None:
    await database["session"].update_one({"userId": ObjectId(login.user_id)}, {"$set": fields})
