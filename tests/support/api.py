"""The whole server over its real API, in the test's own event loop."""

import asyncio
import itertools
import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from starlette.applications import Starlette
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from aura_gql.app import create_app
from aura_gql.auth.service import AuthService
from aura_gql.commands.http_server import bind, port_of
from aura_gql.commands.preview_port import preview_port
from aura_gql.infra.mongo import Database
from aura_gql.server import Surroundings
from aura_gql.settings import Mode, Settings, load_settings
from tests.support.graph import serving
from tests.support.uploads import HEADERS, upload

SECRET = "a-secret-for-tests-that-is-long-enough"

Variables = dict[str, Any]
Data = dict[str, Any]


class Refused(Exception):
    """The operation had top-level errors; `errors` are they."""

    def __init__(self, errors: list[Data]) -> None:
        super().__init__(json.dumps(errors))
        self.errors = errors

    @property
    def code(self) -> str:
        """The code of the first error."""
        return str(self.errors[0]["extensions"]["code"])


@dataclass
class Member:
    """A client of the API, signed in by `bearer`, or anonymous without one."""

    http: httpx.AsyncClient
    host: str
    bearer: str | None
    ids: Any = field(default_factory=itertools.count)

    async def execute(self, query: str, **variables: Any) -> Data:
        """The data of an operation; Refused where it had errors."""
        headers = {"authorization": f"Bearer {self.bearer}"} if self.bearer else {}
        response = await self.http.post("/graphql", json={"query": query, "variables": variables}, headers=headers)
        body: Data = response.json()
        if "errors" in body:
            raise Refused(body["errors"])
        data: Data = body["data"]
        return data

    async def upload(self, query: str, variables: Variables, files: Mapping[str, bytes]) -> Data:
        """The data of an operation with files, by their paths below `operations`; Refused where it had errors."""
        headers = {**HEADERS, **({"authorization": f"Bearer {self.bearer}"} if self.bearer else {})}
        response = await self.http.post("/graphql", content=upload(query, variables, files), headers=headers)
        body: Data = response.json()
        if "errors" in body:
            raise Refused(body["errors"])
        data: Data = body["data"]
        return data

    @asynccontextmanager
    async def socket(self) -> AsyncIterator[ClientConnection]:
        """A socket that has been acknowledged."""
        protocols = [Subprotocol("graphql-transport-ws")]
        async with connect(f"ws://{self.host}/graphql", subprotocols=protocols, max_size=None) as socket:
            payload = {"authorization": f"Bearer {self.bearer}"} if self.bearer else {}
            await socket.send(json.dumps({"type": "connection_init", "payload": payload}))
            assert json.loads(await socket.recv())["type"] == "connection_ack"
            yield socket

    async def subscribe(self, query: str, **variables: Any) -> AsyncGenerator[Data, None]:
        """The data of each event, until the server completes the stream; Refused where it answers with errors."""
        async with self.socket() as socket, asyncio.timeout(60):
            operation = {"query": query, "variables": variables}
            await socket.send(json.dumps({"id": str(next(self.ids)), "type": "subscribe", "payload": operation}))
            async for text in socket:
                message = json.loads(text)
                match message["type"]:
                    case "next" if "errors" in message["payload"]:
                        raise Refused(message["payload"]["errors"])
                    case "next":
                        yield message["payload"]["data"]
                    case "error":
                        raise Refused(message["payload"])
                    case "complete":
                        return


@dataclass
class Api:
    """A running server and the means to become one of its users."""

    http: httpx.AsyncClient
    host: str
    auth: AuthService
    machines: Starlette

    @property
    def anonymous(self) -> Member:
        """Somebody who has not signed in."""
        return Member(self.http, self.host, None)

    async def sign_in(self, name: str, *, is_admin: bool = False) -> Member:
        """The user of this name, made if need be."""
        session = await self.auth.sign_in(f"{name}@example.com", name, is_admin)
        return Member(self.http, self.host, session.bearer)


def settings_for(folder: Path, database_name: str, /, **groups: dict[str, object]) -> Settings:
    """Development settings with a data folder and a database of their own; `groups` changes fields of any group."""
    settings = load_settings(Mode.DEVELOPMENT, None)
    changes: dict[str, dict[str, object]] = {
        "server": {"data_directory": folder},
        "database": {"mongodb_db_name": database_name},
        # So small that a test can send one that is too large within a request.
        "files": {"max_file_bytes": 1024 * 1024},
        # Nobody looks at GitHub but a test that has one of its own; whoever asks for it finds nobody there.
        "templates": {"template_sync_interval_s": 0, "github_api_url": "http://localhost:9", "template_preload": 0},
        # Whoever tests it has one: the others would make machines for nobody.
        "sandboxes": {"sandbox_warm_pool": 0},
        # Nor at the cloud of a vendor whose key the environment has.
        "providers": {"e2b_enabled": False, "daytona_enabled": False},
        # The tests of a module are one user, and faster than any.
        "rates": dict.fromkeys(("user_cost_limit", "anonymous_cost_limit", "sandbox_operations_limit"), 10**9),
    }
    for name, values in groups.items():
        changes[name] = {**changes.get(name, {}), **values}
    return settings.model_copy(
        update={name: getattr(settings, name).model_copy(update=values) for name, values in changes.items()}
    )


@asynccontextmanager
async def running_api(uri: str, folder: Path, database: Database, /, **groups: dict[str, object]) -> AsyncIterator[Api]:
    """The server on `database`, behind a real socket."""
    settings = settings_for(folder, database.name, **groups)
    previews = bind("127.0.0.1", 0)
    app = create_app(settings, Surroundings(uri, SECRET, is_exclusive=True, preview_port=port_of(previews)))
    async with (
        app.router.lifespan_context(app),
        preview_port(app.state.previews, previews, 5.0),
        serving(app, max_message_bytes=settings.graph.max_body_bytes) as host,
        httpx.AsyncClient(base_url=f"http://{host}", timeout=30) as http,
    ):
        yield Api(http, host, AuthService(database, SECRET), app.state.machines)
