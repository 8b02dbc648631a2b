"""The main API of the loopback Daytona: sandboxes, their states and clocks, and signed addresses."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.support.vendors.daytona.answers import LIMIT_ADVICE, Refusals
from tests.support.vendors.daytona.machines import Machine
from tests.support.vendors.daytona.state import State

_PAGE = 100
_OF_ONE = "/sandbox/{machine}"

Act = Callable[[Request, Machine], Awaitable[Response]]


class Api:
    """Its routes, below /api."""

    def __init__(self, state: State, refusals: Refusals) -> None:
        self._state, self._refusals = state, refusals
        self.routes = [
            Route("/sandbox", self._create, methods=["POST"]),
            Route("/sandbox", self._list, methods=["GET"]),
            self._of_one("GET", "", self._get),
            self._of_one("DELETE", "", self._delete),
            self._of_one("POST", "/start", self._start),
            self._of_one("POST", "/stop", self._stop),
            self._of_one("POST", "/pause", self._pause),
            self._of_one("POST", "/ttl/{minutes:int}", self._live_for),
            self._of_one("POST", "/autostop/{minutes:int}", self._set_auto_stop),
            self._of_one("POST", "/last-activity", self._touch),
            self._of_one("GET", "/toolbox-proxy-url", self._toolbox_url),
            self._of_one("GET", "/ports/{port:int}/signed-preview-url", self._sign),
        ]

    def _of_one(self, method: str, path: str, act: Act) -> Route:
        async def answered(request: Request) -> Response:
            asked = request.path_params["machine"]
            machine = self._state.found(asked)
            if machine is None:
                return self._refusals.api(request, 404, f"Sandbox with ID or name {asked} not found")
            return await act(request, machine)

        return Route(_OF_ONE + path, answered, methods=[method])

    async def _create(self, request: Request) -> Response:
        asked, state = await request.json(), self._state
        state.tick()
        if asked.get("snapshot") == "missing":
            return self._refusals.api(request, 404, "Snapshot missing not found. Did you add it through the Dashboard?")
        # They say so with 400; only the words tell it from a wrong request.
        if (
            sum(machine.state in ("creating", "started", "paused") for machine in state.machines.values())
            >= state.limit
        ):
            message = f"Total CPU limit exceeded. Maximum allowed: {state.limit}.\n{LIMIT_ADVICE}"
            return self._refusals.api(request, 400, message)
        if asked.get("name") and state.found(asked["name"]) is not None:
            return self._refusals.api(request, 409, f"Sandbox with name {asked['name']} already exists")
        machine = Machine.of(asked, state.clock, f"{str(request.base_url).rstrip('/').removesuffix('/api')}/toolbox")
        state.machines[machine.id] = machine
        state.spawn(state.start(machine))
        return JSONResponse(machine.told())

    async def _list(self, request: Request) -> Response:
        self._state.tick()
        wanted = json.loads(request.query_params.get("labels") or "{}")
        states = request.query_params.getlist("states")
        rows = [machine for machine in self._state.machines.values() if machine.is_there]
        rows = [machine for machine in rows if wanted.items() <= machine.labels.items()]
        rows = [machine for machine in rows if not states or machine.state in states]
        size = int(request.query_params.get("limit") or _PAGE)
        start = int(request.query_params.get("cursor") or 0)
        following = str(start + size) if len(rows) > start + size else None
        items = [machine.listed() for machine in rows[start : start + size]]
        return JSONResponse({"items": items, "nextCursor": following})

    async def _get(self, request: Request, machine: Machine) -> Response:
        return JSONResponse(machine.told())

    async def _delete(self, request: Request, machine: Machine) -> Response:
        self._state.destroy(machine)
        return JSONResponse(machine.told())

    async def _start(self, request: Request, machine: Machine) -> Response:
        if machine.state != "paused":
            return self._refusals.api(request, 400, f"Sandbox is not in valid state: {machine.state}")
        return await self._moved(machine, "resuming", self._state.resume)

    async def _stop(self, request: Request, machine: Machine) -> Response:
        if machine.state != "started":
            return self._refusals.api(request, 400, "Sandbox is not started")
        return await self._moved(machine, "stopping", self._state.stop)

    async def _pause(self, request: Request, machine: Machine) -> Response:
        if not self._state.can_pause:
            return self._refusals.api(request, 400, "Sandbox class container does not support pausing")
        if machine.state != "started":
            return self._refusals.api(request, 400, "Sandbox is not started")
        return await self._moved(machine, "pausing", self._state.pause)

    async def _moved(self, machine: Machine, state: str, act: Callable[[Machine], Any]) -> Response:
        """Answer with the state on the way, and get there in the background."""
        machine.state = state
        self._state.spawn(act(machine))
        return JSONResponse(machine.told())

    async def _live_for(self, request: Request, machine: Machine) -> Response:
        machine.live_for(request.path_params["minutes"], self._state.clock)
        return JSONResponse(machine.told())

    async def _set_auto_stop(self, request: Request, machine: Machine) -> Response:
        machine.auto_stop_min = request.path_params["minutes"]
        return JSONResponse(machine.told())

    async def _touch(self, request: Request, machine: Machine) -> Response:
        machine.active_at = self._state.clock.now()
        return Response(status_code=201)

    async def _toolbox_url(self, request: Request, machine: Machine) -> Response:
        return JSONResponse({"url": machine.toolbox_url})

    async def _sign(self, request: Request, machine: Machine) -> Response:
        port, host = request.path_params["port"], request.url.netloc
        expires = request.query_params.get("expiresInSeconds") or "60"
        token = f"{machine.preview_token}{expires}"
        url = f"http://{port}-{token}.{host}"
        return JSONResponse({"sandboxId": machine.id, "port": port, "token": token, "url": url})
