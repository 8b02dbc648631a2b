"""The API of the loopback E2B: what its control plane answers."""

import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.support.vendors.e2b.machines import Machine
from tests.support.vendors.e2b.state import DEFAULT_TIMEOUT_S, State


def refusal(status: int, message: str, error_code: str | None = None) -> Response:
    """The model `Error`."""
    told: dict[str, object] = {"code": status, "message": message}
    return JSONResponse(told if error_code is None else {**told, "error_code": error_code}, status)


class Api:
    """Its routes; the key has been looked at before."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._pages = dict[str, list[str]]()

    @property
    def routes(self) -> list[Route]:
        """Of the SDK's present version, and the paths before it that are still served."""
        return [
            Route("/v2/sandboxes", self._create, methods=["POST"]),
            Route("/v2/sandboxes", self._list, methods=["GET"]),
            Route("/v2/sandboxes/{id}/connect", self._connect, methods=["POST"]),
            Route("/sandboxes/{id}", self._detail, methods=["GET"]),
            Route("/sandboxes/{id}", self._kill, methods=["DELETE"]),
            Route("/sandboxes/{id}/timeout", self._timeout, methods=["POST"]),
            Route("/sandboxes/{id}/pause", self._pause, methods=["POST"]),
            Route("/sandboxes/{id}/metrics", self._metrics, methods=["GET"]),
        ]

    async def _create(self, request: Request) -> Response:
        wish: Mapping[str, Any] = await request.json()
        key = request.headers.get("idempotency-key")
        if key is not None and (making := self._state.made_by(key)):
            return JSONResponse((await making).connection(), 201)
        if refused := self._refused(wish):
            return refused
        return JSONResponse((await self._state.make(wish, key)).connection(), 201)

    def _refused(self, wish: Mapping[str, Any]) -> Response | None:
        template, limit = wish.get("templateID"), self._state.limit
        if template is None:
            return refusal(400, "Error when parsing request: templateID is required")
        if template not in self._state.templates:
            return refusal(404, f"template '{template}' not found")
        if self._state.running >= limit:
            words = f"you have reached the maximum number of concurrent E2B sandboxes ({limit})."
            return refusal(429, f"{words} If you need more, please visit 'https://example.com/billing'")
        return self._refused_timeout(wish)

    def _refused_timeout(self, wish: Mapping[str, Any]) -> Response | None:
        timeout_s = wish.get("timeout", DEFAULT_TIMEOUT_S)
        if timeout_s > self._state.max_hours * 3600:
            return refusal(400, f"Timeout cannot be greater than {self._state.max_hours} hours")
        return refusal(400, "timeout cannot be negative") if timeout_s < 0 else None

    async def _list(self, request: Request) -> Response:
        query = request.query_params
        if (token := query.get("nextToken")) is not None:
            ids = self._pages.pop(token, None)
            if ids is None:
                return refusal(400, "Invalid next token")
        else:
            states = query["state"].split(",") if query.get("state") else ["running", "paused"]
            # They are encoded twice.
            wanted = {unquote(name): unquote(value) for name, value in parse_qsl(query.get("metadata", ""))}
            ids = [
                machine.id
                for machine in self._state.machines.values()
                if machine.state in states and wanted.items() <= machine.metadata.items()
            ]
        size = min(int(query.get("limit", 100)), self._state.page)
        there = [machine.listed() for each in ids[:size] if (machine := self._state.machines.get(each))]
        return JSONResponse(there, headers=self._next(ids[size:]))

    def _next(self, rest: list[str]) -> dict[str, str]:
        if not rest:
            return {}
        token = secrets.token_urlsafe(12)
        self._pages[token] = rest
        return {"x-next-token": token}

    async def _detail(self, request: Request) -> Response:
        machine = self._machine(request)
        return JSONResponse(machine.detail()) if machine else _missing(request)

    async def _kill(self, request: Request) -> Response:
        machine = self._machine(request)
        if machine is None:
            return _missing(request)
        await self._state.destroy(machine)
        return Response(status_code=204)

    async def _timeout(self, request: Request) -> Response:
        machine, wish = self._machine(request), await request.json()
        if machine is None or machine.is_paused:
            return _missing(request)
        self._state.set_end(machine, wish["timeout"])
        return Response(status_code=204)

    async def _pause(self, request: Request) -> Response:
        machine = self._machine(request)
        if machine is None:
            return _missing(request)
        if machine.is_paused:
            return refusal(409, "Error pausing sandbox - sandbox is already paused")
        await self._state.pause(machine)
        return Response(status_code=204)

    async def _connect(self, request: Request) -> Response:
        """Resumes it; the end of one that runs is moved only to later."""
        machine, wish = self._machine(request), await request.json()
        if machine is None:
            return _missing(request)
        if refused := self._refused_timeout(wish):
            return refused
        timeout_s, was_paused = wish.get("timeout", DEFAULT_TIMEOUT_S), machine.is_paused
        if was_paused:
            await self._state.resume(machine)
        if was_paused or (machine.end_at - self._state.now()).total_seconds() < timeout_s:
            self._state.set_end(machine, timeout_s)
        return JSONResponse(machine.connection(), 201 if was_paused else 200)

    async def _metrics(self, request: Request) -> Response:
        machine = self._machine(request)
        if machine is None:
            return _missing(request)
        now, detail = self._state.now(), machine.listed()
        used = sum(path.stat().st_size for path in machine.guest.path(machine.guest.home).rglob("*") if path.is_file())
        figures = {"cpuUsedPct": 0.5, "memUsed": 1 << 26, "memTotal": 512 << 20, "memCache": 0}
        at = {"timestamp": now.isoformat(), "timestampUnix": int(now.timestamp()), "cpuCount": detail["cpuCount"]}
        return JSONResponse([{**at, **figures, "diskUsed": used, "diskTotal": 1 << 30}])

    def _machine(self, request: Request) -> Machine | None:
        return self._state.machines.get(request.path_params["id"])


def _missing(request: Request) -> Response:
    return refusal(404, f"sandbox \"{request.path_params['id']}\" doesn't exist or you don't have access to it")
