"""Files of a sandbox, as its daemon takes and gives them over HTTP."""

import os
from collections.abc import Callable

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.support.vendors.e2b.api import refusal
from tests.support.vendors.e2b.machines import HOME, Machine
from tests.support.vendors.guests import GuestRefused


class Files:
    """Of whatever machine a request is for, which `current` says."""

    def __init__(self, current: Callable[[], Machine]) -> None:
        self._current = current

    @property
    def routes(self) -> list[Route]:
        """With the sign of life that the SDK asks for where a connection broke."""
        return [
            Route("/health", _health, methods=["GET"]),
            Route("/files", self._write, methods=["POST"]),
            Route("/files", self._read, methods=["GET"]),
        ]

    async def _write(self, request: Request) -> Response:
        """As the sandbox's user, in folders that are made; a body of several parts, or one file as it is."""
        if request.headers["content-type"].startswith("application/octet-stream"):
            return await self._written({request.query_params["path"]: await request.body()})
        async with request.form() as form:
            parts = [part for part in form.getlist("file") if isinstance(part, UploadFile)]
            return await self._written(
                {request.query_params.get("path") or str(part.filename): await part.read() for part in parts}
            )

    async def _written(self, files: dict[str, bytes]) -> Response:
        try:
            for path, data in files.items():
                await self._current().guest.write_file(_resolved(path), data)
        except GuestRefused as error:
            return refusal(500, f"error opening file: {error}")
        told = [{"path": _resolved(path), "name": os.path.basename(path), "type": "file"} for path in files]
        return JSONResponse(told)

    async def _read(self, request: Request) -> Response:
        path = _resolved(request.query_params["path"])
        process = await self._current().guest.spawn(["cat", "--", path])
        data = await process.stdout.read()
        if await process.wait() != 0:
            return refusal(404, f"path '{path}' does not exist")
        return Response(data, media_type="application/octet-stream")


async def _health(request: Request) -> Response:
    return Response(status_code=204)


def _resolved(path: str) -> str:
    return os.path.normpath(os.path.join(HOME, path))
