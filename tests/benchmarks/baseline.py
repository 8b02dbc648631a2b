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
from tests.benchmarks.fields import (
    DEPENDENCY_FIELDS,
    FILE_FIELDS,
    PROJECT_FIELDS,
    SUGGESTION_FIELDS,
    TEMPLATE_FIELDS,
)
from tests.benchmarks.raw_files import RawFiles
from tests.benchmarks.raw_process import pieces


class Baseline:
    """The endpoints, over one database."""

    def __init__(self, database: Database, secret: str, files: RawFiles) -> None:
        self._database = database
        self._files = files
        self._secret = secret.encode()

    async def typename(self, request: Request) -> Response:
        """The least that a server can answer."""
        return _json({"data": {"__typename": "Query"}})

    async def templates(self, request: Request) -> Response:
        """The `first` most popular templates."""
        order = [("popularity", -1), ("name_folded", 1), ("_id", 1)]
        projection = _projection(TEMPLATE_FIELDS)
        found = self._database["project_templates"].find({"is_active": True}, projection)
        documents = await found.sort(order).limit(int(request.query_params["first"])).to_list()
        return _json({"data": {"templates": {"nodes": [_plain(one, TEMPLATE_FIELDS) for one in documents]}}})

    async def templates_with_dependencies(self, request: Request) -> Response:
        """The same with the packages that each asks for, by kind and name."""
        order = [("popularity", -1), ("name_folded", 1), ("_id", 1)]
        found = self._database["project_templates"].find({"is_active": True}, _projection(TEMPLATE_FIELDS))
        documents = await found.sort(order).limit(int(request.query_params["first"])).to_list()
        nodes = {one["_id"]: {**_plain(one, TEMPLATE_FIELDS), "dependencies": []} for one in documents}
        asked = self._database["template_dependencies"].find({"template_id": {"$in": list(nodes)}})
        for one in await asked.sort([("kind", -1), ("name", 1)]).to_list():
            nodes[one["template_id"]]["dependencies"].append(_plain(one, DEPENDENCY_FIELDS))
        return _json({"data": {"templates": {"nodes": list(nodes.values())}}})

    async def search(self, request: Request) -> Response:
        """The most popular templates of which a word begins with each of the words of `text`."""
        order = [("popularity", -1), ("name_folded", 1), ("_id", 1)]
        words = [{"search_terms": {"$regex": f"^{word}"}} for word in request.query_params["text"].split()]
        query = {"is_active": True, "$and": words}
        found = self._database["project_templates"].find(query, _projection(SUGGESTION_FIELDS))
        documents = await found.sort(order).limit(int(request.query_params["first"])).to_list()
        return _json({"data": {"templates": {"nodes": [_plain(one, SUGGESTION_FIELDS) for one in documents]}}})

    async def project(self, request: Request) -> Response:
        """The caller's project of this id."""
        user = await self._user(request.headers["authorization"])
        if user is None:
            return Response(status_code=401)
        query = {"_id": ObjectId(request.path_params["id"]), "user_id": str(user["_id"])}
        document = await self._database["projects"].find_one(query, _projection(PROJECT_FIELDS))
        return _json({"data": {"project": _plain(document or {}, PROJECT_FIELDS)}})

    async def tree(self, request: Request) -> Response:
        """The files of the caller's project, by path."""
        user = await self._user(request.headers["authorization"])
        key = ObjectId(request.path_params["id"])
        owned = {"_id": key, "user_id": str(user["_id"])} if user else {}
        if await self._database["projects"].find_one(owned, {"_id": 1}) is None:
            return Response(status_code=404)
        found = self._database["project_files"].find({"project_id": key}, {"_id": 0, **_projection(FILE_FIELDS)})
        documents = await found.sort("path", 1).to_list()
        return _json({"data": {"project": {"files": [_plain(one, FILE_FIELDS) for one in documents]}}})

    async def save(self, request: Request) -> Response:
        """Keep what the caller sends: a path and a text."""
        if await self._user(request.headers["authorization"]) is None:
            return Response(status_code=401)
        wish = orjson.loads(await request.body())
        await self._files.save(wish["path"], wish["content"].encode())
        return _json({"data": {"saved": True}})

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


def _projection(fields: Mapping[str, str]) -> dict[str, int]:
    return dict.fromkeys(fields.values(), 1)


def _json(body: object) -> Response:
    return Response(orjson.dumps(body), media_type="application/json")


async def run(folder: Path, stopping: Stopping) -> None:
    """Serve on a free port of loopback until a signal."""
    uri, secret = DataFolder(folder).connection()
    settings = load_settings(Mode.DEVELOPMENT, None)
    async with connect(settings.database, uri) as client:
        database = client.get_default_database()
        baseline = Baseline(database, secret, RawFiles(folder.parent / "baseline", database))
        app = Starlette(
            routes=[
                Route("/typename", baseline.typename),
                Route("/templates", baseline.templates),
                Route("/templates/dependencies", baseline.templates_with_dependencies),
                Route("/templates/search", baseline.search),
                Route("/projects/{id}", baseline.project),
                Route("/projects/{id}/files", baseline.tree),
                Route("/files", baseline.save, methods=["POST"]),
                WebSocketRoute("/lines", baseline.lines),
            ]
        )
        with bind("127.0.0.1", 0) as bound:
            await serve(app, bound, settings, stopping, lambda: print("ready at", url_of(bound), flush=True))


if __name__ == "__main__":
    sys.exit(run_until_stopped(lambda stopping: run(Path(sys.argv[1]), stopping)))
