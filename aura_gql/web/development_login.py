"""Signs a developer in by opening the page, in development mode and on this machine only."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from ipaddress import ip_address

from starlette.requests import Request
from starlette.responses import Response

from aura_gql.auth.records import SignedSession
from aura_gql.kernel.clock import utcnow

Page = Callable[[Request], Awaitable[Response]]

_LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
_PROXY_HEADERS = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
_RENEW_BEFORE = timedelta(hours=1)


class DevelopmentLogin:
    """A page around `page` that also sets the session cookie of the development user.

    Both the peer and the Host must be loopback: a page of the Internet whose name was rebound to 127.0.0.1 has the one
    and not the other. Whatever came through a proxy is not from this machine. A visitor who is
    signed in stays so.
    """

    def __init__(
        self,
        page: Page,
        authenticate: Callable[[str | None, str | None], Awaitable[object | None]],
        sign_in: Callable[[], Awaitable[SignedSession]],
    ) -> None:
        """`authenticate` and `sign_in` are those of the auth service, the latter for the development user."""
        self._page = page
        self._authenticate = authenticate
        self._sign_in = sign_in
        self._session: SignedSession | None = None

    async def __call__(self, request: Request) -> Response:
        """Show the page, signed in where this is a developer's own browser."""
        response = await self._page(request)
        if not is_from_this_machine(request):
            return response
        if await self._authenticate(request.headers.get("cookie"), None) is None:
            response.headers.append("set-cookie", _cookie(await self._live_session()))
        return response

    async def _live_session(self) -> SignedSession:
        session = self._session
        if session is None or not await self._is_live(session):
            session = self._session = await self._sign_in()
        return session

    async def _is_live(self, session: SignedSession) -> bool:
        if session.expires_at - utcnow() < _RENEW_BEFORE:
            return False
        return await self._authenticate(f"{session.cookie_name}={session.cookie_value}", None) is not None


def is_from_this_machine(request: Request) -> bool:
    """Whether a loopback peer asks for a loopback host, and no proxy stands between."""
    if request.client is None or any(name in request.headers for name in _PROXY_HEADERS):
        return False
    try:
        is_loopback = ip_address(request.client.host).is_loopback
    except ValueError:
        return False
    return is_loopback and request.url.hostname in _LOOPBACK_HOSTS


def _cookie(session: SignedSession) -> str:
    lasts_s = int((session.expires_at - utcnow()).total_seconds())
    return f"{session.cookie_name}={session.cookie_value}; Path=/; Max-Age={lasts_s}; HttpOnly; SameSite=Lax"
