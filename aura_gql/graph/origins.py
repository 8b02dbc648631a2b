"""Whose page sends a request: browsers add the user's cookies for any page, so by themselves they prove nothing."""

import re
from collections.abc import Mapping

from starlette.requests import HTTPConnection, Request
from strawberry.http.websocket_origin import is_same_origin, normalize_origin

from aura_gql.graph.multipart import PREFLIGHT_HEADERS
from aura_gql.graph.negotiation import JSON
from aura_gql.graph.operation_request import RequestError
from aura_gql.kernel.errors import ErrorCode

_FORM_TYPES = frozenset({"", "application/x-www-form-urlencoded", "multipart/form-data", "text/plain"})
"""What a page may send anywhere without its browser asking for leave first."""

_HOST = re.compile(r"([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?")

_NEEDED = (
    f"With cookies a request must have an Origin, the Content-Type {JSON}, or one of the headers"
    f" {', '.join(PREFLIGHT_HEADERS)}, so that foreign pages can't send it."
)


def refuse_foreign_page(request: Request, allowed_origins: frozenset[str]) -> None:
    """RequestError 403 where the user's cookies come with something that a foreign page could have sent.

    A page is known by `Origin`, else by `Referer`. Where neither is told, it can't have been a page if the request has
    what a browser asks for leave to send, nor a foreign one if the browser says so.
    """
    headers = request.headers
    if "cookie" not in headers or headers.get("sec-fetch-site") == "same-origin":
        return
    page = headers.get("origin") or headers.get("referer")
    if page:
        if not _is_allowed(page, request, allowed_origins):
            raise RequestError(403, "Pages on this origin may not send the user's cookies.", code=ErrorCode.FORBIDDEN)
    elif headers.get("sec-fetch-site") != "none" and not _needs_leave(headers):
        raise RequestError(403, _NEEDED, code=ErrorCode.FORBIDDEN)


def may_open_socket(connection: HTTPConnection, allowed_origins: frozenset[str]) -> bool:
    """Whether a handshake is that of a program, which tells no `Origin`, or of a page that may have a socket."""
    origin = connection.headers.get("origin")
    if origin is None or connection.headers.get("sec-fetch-site") == "same-origin":
        return True
    return _is_allowed(origin, connection, allowed_origins)


def own_origin(connection: HTTPConnection) -> str:
    """Where a client reached us, e.g. `https://aura.example.com`: the scheme as proxies that we trust tell it, and the
    `Host` that it names, or where there is no good one the address that it came to.
    """
    scheme = "https" if connection.scope["scheme"] in ("https", "wss") else "http"
    host = connection.headers.get("host", "")
    if not _HOST.fullmatch(host):
        name, port = connection.scope.get("server") or ("localhost", None)
        name = f"[{name}]" if ":" in name else name
        host = name if port is None else f"{name}:{port}"
    return f"{scheme}://{host}"


def _is_allowed(page: str, connection: HTTPConnection, allowed_origins: frozenset[str]) -> bool:
    origin = normalize_origin(page)
    if origin is None:
        return False
    if origin in allowed_origins or "*" in allowed_origins:
        return True
    # What came by http anybody on the way may have written, so it is not our own page where we are asked by https.
    is_downgraded = connection.url.scheme in ("https", "wss") and origin.startswith("http:")
    return is_same_origin(origin, connection.headers.get("host")) and not is_downgraded


def _needs_leave(headers: Mapping[str, str]) -> bool:
    content_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    is_bearer = headers.get("authorization", "")[:7].lower() == "bearer "
    return is_bearer or content_type not in _FORM_TYPES or any(name in headers for name in PREFLIGHT_HEADERS)
