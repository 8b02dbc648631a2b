"""How the loopback Daytona says that it won't."""

from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse

from tests.support.vendors.daytona.clock import Clock, told

_WORDS = {400: "Bad Request", 401: "Unauthorized", 404: "Not Found", 409: "Conflict"}
LIMIT_ADVICE = (
    "To increase concurrency limits, upgrade your organization's Tier by visiting https://example.com/limits."
)


class Refusals:
    """In the words of its API, and in those of the toolbox in a sandbox and of the proxy before that."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def api(self, request: HTTPConnection, status: int, message: str) -> JSONResponse:
        """Of the API."""
        body = {
            "path": request.url.path,
            "timestamp": told(self._clock.now()),
            "statusCode": status,
            "error": _WORDS[status],
            "message": message,
        }
        return JSONResponse(body, status)

    def toolbox(
        self, request: HTTPConnection, status: int, message: str, code: str, source: str = "DAYTONA_DAEMON"
    ) -> JSONResponse:
        """Of the toolbox, or of its proxy."""
        body = {
            "statusCode": status,
            "message": message,
            "code": code,
            "source": source,
            "timestamp": told(self._clock.now()),
            "path": request.url.path,
            "method": request.scope.get("method", "GET"),
        }
        return JSONResponse(body, status)
