"""The events of the loopback Daytona: a Socket.IO server that tells each change of a state."""

import socketio
from starlette.types import ASGIApp

from tests.support.vendors.daytona.machines import ORGANIZATION, Machine
from tests.support.vendors.daytona.state import API_KEY, State

PATH = "/api/socket.io/"


def events_of(state: State) -> ASGIApp:
    """The application at PATH; `state` tells it each change from now on."""
    server = socketio.AsyncServer(async_mode="asgi", transports=["websocket"])

    async def connect(session: str, environment: object, auth: dict[str, str] | None) -> None:
        if (auth or {}).get("token") != API_KEY:
            raise socketio.exceptions.ConnectionRefusedError("Unauthorized")
        await server.enter_room(session, ORGANIZATION)

    async def tell(machine: Machine, before: str) -> None:
        changed = {"sandbox": machine.told(), "oldState": before, "newState": machine.state}
        await server.emit("sandbox.state.updated", changed, room=ORGANIZATION)

    server.on("connect", connect)
    state.tell = tell
    app: ASGIApp = socketio.ASGIApp(server, socketio_path=PATH)
    return app
