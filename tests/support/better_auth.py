"""The real Better Auth, as a server of its own on the test's database."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from secrets import token_hex
from typing import Any

import httpx

from aura_gql.infra.mongo import Database
from tests.support.node import node_server

PASSWORD = "correct horse battery staple"


@dataclass(frozen=True)
class Login:
    """What a sign-in gave its browser: cookies by name, still encoded, and the header of the bearer plugin."""

    cookies: Mapping[str, str]
    bearer: str
    email: str
    user_id: str

    @property
    def header(self) -> str:
        """The `Cookie` header of that browser."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    @property
    def session_cookie(self) -> tuple[str, str]:
        """The name and value of the session's cookie."""
        return next(item for item in self.cookies.items() if item[0].endswith("session_token"))


@dataclass(frozen=True)
class BetterAuth:
    """Its HTTP API."""

    http: httpx.AsyncClient
    origin: str

    async def sign_up(self) -> Login:
        """A user of a new address, and the session."""
        email = f"{token_hex(8)}@example.com"
        return _login(await self._post("/sign-up/email", {"email": email, "name": "Ada", "password": PASSWORD}))

    async def sign_in(self, email: str) -> Login:
        """Another session of a user who has signed up."""
        return _login(await self._post("/sign-in/email", {"email": email, "password": PASSWORD}))

    async def sign_out(self, login: Login | str) -> None:
        """End the session of a login, or of a `Cookie` header."""
        await self._post("/sign-out", {}, login if isinstance(login, str) else login.header)

    async def ban(self, admin: Login, user_id: str) -> None:
        """Ban a user, by an administrator."""
        await self._post("/admin/ban-user", {"userId": user_id}, admin.header)

    async def email_of(self, cookie: str) -> str | None:
        """Whom a `Cookie` header belongs to by Better Auth's own word, asked past its cookie cache."""
        url = "/api/auth/get-session?disableCookieCache=true"
        response = await self.http.get(url, headers={"cookie": cookie})
        response.raise_for_status()
        session = response.json()
        return session["user"]["email"] if session else None

    async def _post(self, path: str, body: Mapping[str, Any], cookie: str = "") -> httpx.Response:
        headers = {"origin": self.origin} | ({"cookie": cookie} if cookie else {})
        response = await self.http.post(f"/api/auth{path}", json=body, headers=headers)
        assert response.is_success, response.text
        return response


@dataclass(frozen=True)
class Application:
    """How one Better Auth is set up: BETTER_AUTH_SECRET, BETTER_AUTH_SECRETS, and whether it is behind https."""

    secret: str = ""
    secrets: str = ""
    is_secure: bool = False


@asynccontextmanager
async def better_auth(uri: str, database: Database, *applications: Application) -> AsyncIterator[list[BetterAuth]]:
    """A Better Auth for each application, all on one database."""
    wishes = [{"secret": wish.secret, "secrets": wish.secrets, "isSecure": wish.is_secure} for wish in applications]
    wish = json.dumps({"uri": uri, "database": database.name, "applications": wishes})
    async with AsyncExitStack() as stack:
        served = await stack.enter_async_context(node_server("better_auth.mjs", wish))
        apps = []
        for told in served:
            # What each request carries, the tests decide.
            client = httpx.AsyncClient(base_url=told["url"], timeout=30, cookies=_no_cookies())
            apps.append(BetterAuth(await stack.enter_async_context(client), told["origin"]))
        yield apps


def _no_cookies() -> CookieJar:
    return CookieJar(DefaultCookiePolicy(allowed_domains=[]))


def _login(response: httpx.Response) -> Login:
    cookies = {}
    for line in response.headers.get_list("set-cookie"):
        name, _, value = line.partition(";")[0].partition("=")
        cookies[name] = value
    user = response.json()["user"]
    return Login(cookies, response.headers["set-auth-token"], user["email"], user["id"])
