"""GraphiQL from files of our own, so that it works offline and under a strict content security policy."""

import os
import re
from pathlib import Path

from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope

STATIC_FOLDER = Path(__file__).parent / "static"

_HOST = re.compile(r"[A-Za-z0-9.\-]+(:\d+)?|\[[0-9A-Fa-f:.]+\](:\d+)?")


class GraphiQLPage:
    """The page that a browser sees at the endpoint; its scripts and styles are below `/static` beside it."""

    def __init__(self) -> None:
        """Reads the page once."""
        self._html = (STATIC_FOLDER / "graphiql" / "index.html").read_bytes()

    async def __call__(self, request: Request) -> Response:
        """The page, for whoever asks."""
        return HTMLResponse(
            self._html,
            headers={
                "content-security-policy": _policy(request.headers.get("host", "")),
                "cache-control": "no-store",
                "vary": "accept",
            },
        )


class _CachedFiles(StaticFiles):
    """Files that browsers keep, and ask about again: at once for our own, after a day for the vendored ones."""

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        is_vendored = Path(full_path).parent.name == "vendor"
        response.headers["cache-control"] = "public, max-age=86400" if is_vendored else "no-cache"
        return response


def static_files() -> ASGIApp:
    """The assets, compressed, for `Mount("/static", static_files())`."""
    return GZipMiddleware(_CachedFiles(directory=STATIC_FOLDER), minimum_size=1024, compresslevel=6)


def _policy(host: str) -> str:
    sockets = f" ws://{host} wss://{host}" if _HOST.fullmatch(host) else ""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        f"font-src 'self' data:; worker-src 'self' blob:; connect-src 'self'{sockets}; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
