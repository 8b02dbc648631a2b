"""The terminals in the sandboxes of the loopback Daytona: made and watched over WebSockets."""

import asyncio
import contextlib
import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from tests.support.vendors.daytona.answers import Refusals
from tests.support.vendors.daytona.clock import told
from tests.support.vendors.daytona.machines import HOME, Machine
from tests.support.vendors.daytona.processes import Pty
from tests.support.vendors.daytona.state import State

_PTY = "/{machine}/process/pty"
_TELL_EXIT = "X-Daytona-Pty-Exit-Control"
_REASONS = {130: "Ctrl+C", 137: "SIGKILL", 143: "SIGTERM"}


class Terminals:
    """Their routes, below /toolbox."""

    def __init__(self, state: State, refusals: Refusals) -> None:
        self._state, self._refusals = state, refusals
        self.routes: list[BaseRoute] = [
            WebSocketRoute(_PTY + "/create-connect", self._create),
            WebSocketRoute(_PTY + "/{pty}/connect", self._connect),
            Route(_PTY, self._list, methods=["GET"]),
            Route(_PTY + "/{pty}", self._get, methods=["GET"]),
            Route(_PTY + "/{pty}", self._delete, methods=["DELETE"]),
        ]

    async def _create(self, socket: WebSocket) -> None:
        machine, asked = self._machine(socket), socket.query_params
        if asked["id"] in machine.ptys:
            message = f"PTY session with ID '{asked['id']}' already exists"
            await socket.send_denial_response(self._refusals.toolbox(socket, 409, message, "CONFLICT"))
            return
        cwd, environment = asked.get("cwd") or HOME, {"TERM": "xterm-256color"}
        process = await machine.running.spawn(["bash", "-l"], cwd=cwd, env=environment, pty=True)
        columns, rows = int(asked.get("cols", 80)), int(asked.get("rows", 24))
        process.resize(rows, columns)
        pty = Pty(asked["id"], process, columns, rows, cwd, told(self._state.clock.now()))
        machine.ptys[pty.id] = pty
        self._state.spawn(pty.pump(machine.ptys))
        await self._watch(socket, pty)

    async def _connect(self, socket: WebSocket) -> None:
        pty = self._machine(socket).ptys.get(socket.path_params["pty"])
        if pty is None:
            await socket.send_denial_response(self._none(socket))
            return
        await self._watch(socket, pty)

    async def _watch(self, socket: WebSocket, pty: Pty) -> None:
        """Pass bytes in both directions until either end goes."""
        tells_exit = _TELL_EXIT in socket.scope["subprotocols"]
        watcher: asyncio.Queue[bytes | int | None] = asyncio.Queue()
        pty.watchers.add(watcher)
        await socket.accept(subprotocol=_TELL_EXIT if tells_exit else None)
        await socket.send_json({"type": "control", "status": "connected"})
        typing = asyncio.create_task(_type(socket, pty, watcher))
        try:
            while isinstance(shown := await watcher.get(), bytes):
                await socket.send_bytes(shown)
            if isinstance(shown, int):
                await _tell_exit(socket, shown, tells_exit)
            else:
                await socket.close(1011)
        except (WebSocketDisconnect, RuntimeError):
            pass
        finally:
            pty.watchers.discard(watcher)
            typing.cancel()
            await asyncio.wait([typing])

    async def _list(self, request: Request) -> Response:
        return JSONResponse({"sessions": [pty.told() for pty in self._machine(request).ptys.values()]})

    async def _get(self, request: Request) -> Response:
        pty = self._machine(request).ptys.get(request.path_params["pty"])
        return self._none(request) if pty is None else JSONResponse(pty.told())

    async def _delete(self, request: Request) -> Response:
        machine = self._machine(request)
        pty = machine.ptys.get(request.path_params["pty"])
        if pty is None:
            return self._none(request)
        await machine.running.signal(pty.process.pid, 9)
        return JSONResponse({"message": "PTY session deleted"})

    def _machine(self, request: Request | WebSocket) -> Machine:
        return self._state.machines[request.path_params["machine"]]

    def _none(self, request: Request | WebSocket) -> JSONResponse:
        return self._refusals.toolbox(request, 404, "PTY session not found", "NOT_FOUND")


async def _type(socket: WebSocket, pty: Pty, watcher: "asyncio.Queue[bytes | int | None]") -> None:
    with contextlib.suppress(BrokenPipeError, OSError, WebSocketDisconnect, RuntimeError):
        while (message := await socket.receive())["type"] == "websocket.receive":
            await pty.process.write(message.get("bytes") or (message.get("text") or "").encode())
    watcher.put_nowait(None)


async def _tell_exit(socket: WebSocket, code: int, tells_exit: bool) -> None:
    reason: dict[str, Any] = {} if code == 0 else {"exitReason": _REASONS.get(code, "non-zero exit")}
    told_of = {"exitCode": code, **reason}
    if tells_exit:
        await socket.send_json({"type": "control", "status": "exited", **told_of})
    await socket.close(1000 if code == 0 else 1011, json.dumps(told_of))
