"""E2B on loopback: API, proxy and daemons behind one address, told apart by the headers of requests."""

from contextvars import ContextVar
from types import TracebackType
from typing import Any, Self

from e2b.envd.client_shared import ENVD_JSON_CODEC
from e2b.envd.process.process_connect import ProcessASGIApplication
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from tests.support.vendors.e2b.api import Api, refusal
from tests.support.vendors.e2b.envd import Envd
from tests.support.vendors.e2b.files import Files
from tests.support.vendors.e2b.honesty import Witness
from tests.support.vendors.e2b.machines import Machine
from tests.support.vendors.e2b.state import API_KEY, State
from tests.support.vendors.faults import Faults
from tests.support.vendors.serving import VendorServer

_PROCESS = "/process.Process/"


class LoopbackE2B:
    """Listens within its context, at whose end it says where it answered what the real one can't."""

    def __init__(self) -> None:
        self.state = State()
        self.faults = Faults()
        self._machine: ContextVar[Machine] = ContextVar("machine")
        self._witness = Witness(Starlette(routes=Api(self.state).routes))
        self._files = Starlette(routes=Files(self._machine.get).routes)
        envd = Envd(self.state, self._machine.get)
        self._process: Any = ProcessASGIApplication(envd, codecs=[ENVD_JSON_CODEC])
        self.server = VendorServer(self._answer, self.faults)

    @property
    def url(self) -> str:
        """Of its API and of its sandboxes."""
        return self.server.url

    @property
    def checked(self) -> int:
        """How many answers of its API have been held against the SDK's models."""
        return self._witness.checked

    async def __aenter__(self) -> Self:
        await self.server.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.state.close()
        await self.server.__aexit__(kind, error, traceback)
        assert not self._witness.lies, "\n".join(self._witness.lies)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        machine_id = headers.get("e2b-sandbox-id")
        if machine_id is not None:
            await self._proxy(machine_id, scope, receive, send)
        elif headers.get("x-api-key") != API_KEY:
            await refusal(401, "Invalid API key")(scope, receive, send)
        else:
            await self._witness(scope, receive, send)

    async def _proxy(self, machine_id: str, scope: Scope, receive: Receive, send: Send) -> None:
        """To the daemon of a sandbox, where one runs."""
        machine, path = self.state.machines.get(machine_id), scope["path"]
        if machine is None or machine.is_paused:
            told = {"sandboxId": machine_id, "message": "The sandbox was not found", "code": 502}
            await JSONResponse(told, 502)(scope, receive, send)
            return
        if refused := _refused(machine, path, Headers(scope=scope)):
            await refused(scope, receive, send)
            return
        self._machine.set(machine)
        app = self._process if path.startswith(_PROCESS) else self._files
        await app(scope, receive, send)


def _refused(machine: Machine, path: str, headers: Headers) -> Response | None:
    if path == "/health" or headers.get("x-access-token") == machine.access_token:
        return None
    return refusal(401, "unauthorized access, please provide a valid access token or method signing if supported")
