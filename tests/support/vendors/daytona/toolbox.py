"""The toolbox in each sandbox of the loopback Daytona: commands, sessions and files, below /toolbox/ID."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from tests.support.vendors.daytona.answers import Refusals
from tests.support.vendors.daytona.machines import HOME, Json, Machine
from tests.support.vendors.daytona.processes import Session, SessionCommand
from tests.support.vendors.daytona.state import State
from tests.support.vendors.guests import GuestRefused

_SESSION = "/{machine}/process/session"
_COMMAND = _SESSION + "/{session}/command/{command}"

Act = Callable[[Request, Machine], Awaitable[Response]]


class Toolbox:
    """Its routes but those of terminals. The proxy before it has seen to the key and to the sandbox."""

    def __init__(self, state: State, refusals: Refusals) -> None:
        self._state, self._refusals = state, refusals
        self.routes: list[BaseRoute] = [
            self._route("POST", "/{machine}/process/execute", self._execute),
            self._route("POST", _SESSION, self._create_session),
            self._route("GET", _SESSION + "/{session}", self._get_session),
            self._route("DELETE", _SESSION + "/{session}", self._delete_session),
            self._route("POST", _SESSION + "/{session}/exec", self._run),
            self._route("GET", _COMMAND, self._get_command),
            self._route("GET", _COMMAND + "/logs", self._logs),
            WebSocketRoute(_COMMAND + "/logs", self._follow),
            self._route("POST", "/{machine}/files/bulk-upload", self._upload),
            self._route("GET", "/{machine}/files/download", self._download),
        ]

    def _route(self, method: str, path: str, act: Act) -> Route:
        async def answered(request: Request) -> Response:
            return await act(request, self._state.machines[request.path_params["machine"]])

        return Route(path, answered, methods=[method])

    async def _execute(self, request: Request, machine: Machine) -> Response:
        asked = await request.json()
        shell = await machine.running.spawn(["bash"], cwd=asked.get("cwd"), env=asked.get("envs"))
        assert shell.stderr is not None
        await shell.write(asked["command"].encode())
        shell.close_stdin()
        out, error = await asyncio.gather(shell.stdout.read(), shell.stderr.read())
        status = await shell.wait()
        return JSONResponse({"exitCode": max(status, -1), "result": (out + error).decode(errors="replace")})

    async def _create_session(self, request: Request, machine: Machine) -> Response:
        name = (await request.json())["sessionId"]
        if name in machine.sessions:
            return self._refusals.toolbox(request, 409, "session already exists", "CONFLICT")
        machine.sessions[name] = Session(name, await machine.running.spawn(["bash"]))
        return Response(status_code=201)

    async def _get_session(self, request: Request, machine: Machine) -> Response:
        session = machine.sessions.get(request.path_params["session"])
        return self._no("session", request) if session is None else JSONResponse(session.told())

    async def _delete_session(self, request: Request, machine: Machine) -> Response:
        session = machine.sessions.pop(request.path_params["session"], None)
        if session is None:
            return self._no("session", request)
        await machine.running.signal(session.shell.pid, 9)
        return Response(status_code=204)

    async def _run(self, request: Request, machine: Machine) -> Response:
        session, asked = machine.sessions.get(request.path_params["session"]), await request.json()
        if session is None:
            return self._no("session", request)
        command = SessionCommand(asked["command"])
        if asked.get("runAsync"):
            self._state.spawn(session.run(command))
            return JSONResponse({"cmdId": command.id}, 202)
        await session.run(command)
        if command.exit_code is None:
            message = "session ended while the command was running"
            return self._refusals.toolbox(request, 410, message, "SESSION_ENDED")
        stdout, stderr = command.outputs()
        outputs = {"output": stdout + stderr, "stdout": stdout, "stderr": stderr}
        return JSONResponse({"cmdId": command.id, "exitCode": command.exit_code, **outputs})

    async def _get_command(self, request: Request, machine: Machine) -> Response:
        command = self._command(machine, request.path_params)
        return self._no("command", request) if command is None else JSONResponse(command.told())

    async def _logs(self, request: Request, machine: Machine) -> Response:
        command = self._command(machine, request.path_params)
        if command is None:
            return self._no("command", request)
        stdout, stderr = command.outputs()
        return JSONResponse({"output": stdout + stderr, "stdout": stdout, "stderr": stderr})

    async def _follow(self, socket: WebSocket) -> None:
        command = self._command(self._state.machines[socket.path_params["machine"]], socket.path_params)
        if command is None:
            await socket.send_denial_response(self._no("command", socket))
            return
        await socket.accept()
        with contextlib.suppress(RuntimeError):
            async for piece in command.follow():
                await socket.send_bytes(piece)
        await socket.close()

    async def _upload(self, request: Request, machine: Machine) -> Response:
        files = list[Json]()
        async with request.form() as form:
            for name, file in form.multi_items():
                if isinstance(file, str):
                    continue
                path, data = str(form[f"{name.removesuffix('.file')}.path"]), await file.read()
                try:
                    await machine.running.write_file(path if path.startswith("/") else f"{HOME}/{path}", data)
                except GuestRefused as error:
                    return JSONResponse({"errors": [f"{path}: {error}"], "files": files}, 400)
                files.append({"path": path, "bytes": len(data)})
        return JSONResponse({"files": files})

    async def _download(self, request: Request, machine: Machine) -> Response:
        path = request.query_params["path"]
        reading = await machine.running.spawn(["cat", "--", path])
        data = await reading.stdout.read()
        if await reading.wait():
            return self._refusals.toolbox(request, 404, f"file not found: {path}", "FILE_NOT_FOUND")
        return Response(data, media_type="application/octet-stream")

    def _no(self, kind: str, request: Request | WebSocket) -> Response:
        return self._refusals.toolbox(request, 404, f"{kind} not found", "NOT_FOUND")

    @staticmethod
    def _command(machine: Machine, named: dict[str, str]) -> SessionCommand | None:
        session = machine.sessions.get(named["session"])
        return None if session is None else session.commands.get(named["command"])
