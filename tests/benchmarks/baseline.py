"""The plainest server that gives the same answers: Starlette, PyMongo and orjson, in the same kind of process.

`python -m tests.benchmarks.baseline DATA_FOLDER`, the folder of a running `aura-gql dev`.
"""

import base64
import hashlib
import hmac
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from bson import ObjectId
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from aura_gql.commands.data_folder import DataFolder
from aura_gql.commands.http_server import bind, serve, url_of
from aura_gql.commands.stopping import Stopping, run_until_stopped
from aura_gql.infra.mongo import Database, connect
from aura_gql.settings import Mode, load_settings
from tests.benchmarks.fields import PROJECT_FIELDS, TEMPLATE_FIELDS
from tests.benchmarks.raw_process import pieces


class Baseline:
    """The endpoints, over one database."""

    def __init__(self, database: Database, secret: str) -> None:
        self._database = database
        self._secret = secret.encode()

    async def typename(self, request: Request) -> Response:
        """The least that a server can answer."""
        return _json({"data": {"__typename": "Query"}})

    async def templates(self, request: Request) -> Response:
        """The `first` most popular templates."""
        order = [("popularity", -1), ("name_folded", 1), ("_id", 1)]
        projection = dict.fromkeys(TEMPLATE_FIELDS.values(), 1)
        found = self._database["project_templates"].find({"is_active": True}, projection)
        documents = await found.sort(order).limit(int(request.query_params["first"])).to_list()
        return _json({"data": {"templates": {"nodes": [_plain(one, TEMPLATE_FIELDS) for one in documents]}}})

    async def project(self, request: Request) -> Response:
        """The caller's project of this id."""
        user = await self._user(request.headers["authorization"])
        if user is None:
            return Response(status_code=401)
        query = {"_id": ObjectId(request.path_params["id"]), "user_id": str(user["_id"])}
        document = await self._database["projects"].find_one(query, dict.fromkeys(PROJECT_FIELDS.values(), 1))
        return _json({"data": {"project": _plain(document or {}, PROJECT_FIELDS)}})

    async def lines(self, socket: WebSocket) -> None:
        """Runs the command that the client sends and relays what it prints, then its exit code."""
        await socket.accept()
        async for data in pieces(*orjson.loads(await socket.receive_text())):
            await socket.send_text(orjson.dumps({"text": data.decode(errors="replace")}).decode())
        await socket.send_text(orjson.dumps({"exitCode": 0}).decode())
        await socket.close()

    async def _user(self, authorization: str) -> Mapping[str, Any] | None:
        token, _, signature = authorization.removeprefix("Bearer ").rpartition(".")
        wanted = base64.b64encode(hmac.new(self._secret, token.encode(), hashlib.sha256).digest()).decode()
        if not hmac.compare_digest(signature, wanted):
            return None
        session = await self._database["session"].find_one({"token": token})
        if session is None or session["expiresAt"] < datetime.now(UTC):
            return None
        return await self._database["user"].find_one({"_id": session["userId"]})


def _plain(document: Mapping[str, Any], fields: Mapping[str, str]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value := document[key], ObjectId) else value for name, key in fields.items()}


def _json(body: object) -> Response:
    return Response(orjson.dumps(body), media_type="application/json")


async def run(folder: Path, stopping: Stopping) -> None:
    """Serve on a free port of loopback until a signal."""
    uri, secret = DataFolder(folder).connection()
    settings = load_settings(Mode.DEVELOPMENT, None)
    async with connect(settings.database, uri) as client:
        baseline = Baseline(client.get_default_database(), secret)
        app = Starlette(
            routes=[
                Route("/typename", baseline.typename),
                Route("/templates", baseline.templates),
                Route("/projects/{id}", baseline.project),
                WebSocketRoute("/lines", baseline.lines),
            ]
        )
        with bind("127.0.0.1", 0) as bound:
            await serve(app, bound, settings, stopping, lambda: print("ready at", url_of(bound), flush=True))


if __name__ == "__main__":
    sys.exit(run_until_stopped(lambda stopping: run(Path(sys.argv[1]), stopping)))
