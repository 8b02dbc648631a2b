"""Daytona on loopback: the main API, its events, and the toolbox of each sandbox behind a proxy."""

from functools import cache
from types import TracebackType
from typing import Self

from starlette.applications import Starlette
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from tests.support.vendors.daytona.answers import Refusals
from tests.support.vendors.daytona.api import Api
from tests.support.vendors.daytona.events import PATH, events_of
from tests.support.vendors.daytona.honesty import Contract, Witness
from tests.support.vendors.daytona.state import API_KEY, State
from tests.support.vendors.daytona.terminals import Terminals
from tests.support.vendors.daytona.toolbox import Toolbox
from tests.support.vendors.faults import Faults
from tests.support.vendors.serving import VendorServer


class LoopbackDaytona:
    """Listens within its context, at whose end it says where it answered what the real one can't."""

    def __init__(self, state: State | None = None) -> None:
        self.state = state or State()
        self.faults = Faults()
        self._refusals = Refusals(self.state.clock)
        self._events = events_of(self.state)
        toolbox = [*Toolbox(self.state, self._refusals).routes, *Terminals(self.state, self._refusals).routes]
        api = Api(self.state, self._refusals).routes
        self._routes = Starlette(routes=[Mount("/api", routes=api), Mount("/toolbox", routes=toolbox)])
        self._witness = Witness(self._answer, _contract)
        self.server = VendorServer(self._witness, self.faults)

    @property
    def api_url(self) -> str:
        """Where its API is."""
        return f"{self.server.url}/api"

    async def __aenter__(self) -> Self:
        # Before anybody waits for an answer: it takes a moment.
        _contracts()
        await self.server.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.state.close()
        await self.server.__aexit__(kind, error, traceback)
        assert not self._witness.lies, "\n".join(self._witness.lies)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].startswith(PATH):
            await self._events(scope, receive, send)
            return
        refused = self._refused(HTTPConnection(scope))
        if refused is None:
            await self._routes(scope, receive, send)
        elif scope["type"] == "websocket":
            await WebSocket(scope, receive, send).send_denial_response(refused)
        else:
            await refused(scope, receive, send)

    def _refused(self, request: HTTPConnection) -> Response | None:
        """What the gate says to a wrong key, and the proxy where there is no running sandbox."""
        if request.headers.get("authorization") != f"Bearer {API_KEY}":
            return self._refusals.api(request, 401, "Invalid credentials")
        _, room, machine_id, *_ = [*request.url.path.split("/"), ""]
        if room != "toolbox":
            return None
        machine = self.state.found(machine_id)
        if machine is None:
            return self._refusals.toolbox(request, 404, "sandbox not found", "NOT_FOUND", "DAYTONA_PROXY")
        if machine.state != "started":
            message = "failed to resolve container IP after 3 attempts: no IP address found. Is the Sandbox started?"
            return self._refusals.toolbox(request, 400, message, "BAD_REQUEST", "DAYTONA_PROXY")
        machine.active_at = self.state.clock.now()
        return None


@cache
def _contracts() -> tuple[Contract, Contract]:
    """Of the API and of the toolbox; reading their clients takes a moment."""
    return (
        Contract("daytona_api_client_async", "/api", None),
        Contract("daytona_toolbox_api_client_async", "/toolbox/[^/]+", "ErrorResponse"),
    )


def _contract(path: str) -> Contract | None:
    if path.startswith(PATH):
        return None
    api, toolbox = _contracts()
    return api if path.startswith("/api/") else toolbox
