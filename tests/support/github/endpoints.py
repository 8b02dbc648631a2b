"""The endpoints of GitHub that a sync needs, as GitHub answers them."""

import time
from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.support.github.state import Asked, GitHubState

_SHA = "application/vnd.github.sha"
_ADVICE = "https://docs.github.com/rest"

Answer = Callable[[Request], Awaitable[Response]]


class Endpoints:
    """The API and the host of archives, told apart by the port at which a request comes in."""

    def __init__(self, state: GitHubState, archives_url: Callable[[], str]) -> None:
        self._state, self._archives_url = state, archives_url

    def app(self, kind: str) -> Starlette:
        """The application of the `api`, or of the `archives`."""
        if kind == "archives":
            return Starlette(routes=[self._route("/{owner}/{name}/legacy.tar.gz/{ref:path}", "codeload", self._packed)])
        repository = "/repos/{owner}/{name}"
        return Starlette(
            routes=[
                self._route(repository + "/commits/{ref:path}", "commits", self._commit),
                self._route(repository + "/tarball/{ref:path}", "tarball", self._tarball),
                self._route("/rate_limit", "rate_limit", self._rates),
            ]
        )

    def _route(self, path: str, endpoint: str, answer: Answer) -> Route:
        async def answered(request: Request) -> Response:
            state = self._state
            host = request.headers.get("host", "")
            state.asked.append(Asked(endpoint, request.url.path, host, dict(request.headers)))
            fault = state.fault_of(endpoint)
            return fault(request) if fault is not None else await answer(request)

        return Route(path, answered)

    async def _commit(self, request: Request) -> Response:
        state, token = self._state, _token(request)
        if (refused := self._refused(request)) is not None:
            return refused
        accept = request.headers.get("accept", "")
        headers = {
            "etag": state.mark(token, accept),
            "cache-control": "public, max-age=60, s-maxage=60",
            "vary": "Accept, Authorization, Cookie, Accept-Encoding, X-Requested-With",
        }
        if request.headers.get("if-none-match", "").removeprefix("W/") == headers["etag"]:
            self._count(token, 0 if token else 1)
            return Response(status_code=304, headers={**self._limits(token), **headers})
        if request.path_params["ref"] not in (state.ref, state.commit, state.commit[:7]):
            self._count(token, 1)
            message = f"No commit found for SHA: {request.path_params['ref']}"
            return JSONResponse({"message": message, "documentation_url": _ADVICE}, 422, self._limits(token))
        self._count(token, 1)
        headers.update(self._limits(token))
        if accept == _SHA:
            return Response(state.commit, headers={**headers, "content-type": f"{_SHA}; charset=utf-8"})
        committed = {"committer": {"date": "2026-08-11T11:35:35Z"}}
        return JSONResponse({"sha": state.commit, "commit": committed}, headers=headers)

    async def _tarball(self, request: Request) -> Response:
        if (refused := self._refused(request)) is not None:
            return refused
        token = _token(request)
        self._count(token, 1)
        where = f"{self._archives_url()}/{self._state.repository}/legacy.tar.gz/{request.path_params['ref']}"
        return RedirectResponse(where, 302, self._limits(token))

    async def _packed(self, request: Request) -> Response:
        state = self._state
        if request.path_params["ref"] not in (state.ref, state.commit):
            return Response("404: Not Found", 404)
        name = f"{state.repository.replace('/', '-')}-{state.commit[:7]}.tar.gz"
        headers = {
            "content-disposition": f"attachment; filename={name}",
            "etag": f'W/"{state.commit}"',
            "x-content-type-options": "nosniff",
        }
        return Response(state.archive, headers=headers, media_type="application/x-gzip")

    async def _rates(self, request: Request) -> Response:
        """What is left, which itself costs nothing."""
        token = _token(request)
        if token and token not in self._state.tokens:
            return _bad_credentials()
        left = self._state.left(token)
        limit = self._state.limit(token)
        core = {"limit": limit, "remaining": left, "used": limit - left, "reset": self._state.reset_at}
        return JSONResponse({"resources": {"core": core}, "rate": core}, headers=self._limits(token))

    def _refused(self, request: Request) -> Response | None:
        state, token = self._state, _token(request)
        if token and token not in state.tokens:
            return _bad_credentials()
        if state.left(token) == 0:
            message = "API rate limit exceeded for 127.0.0.1."
            return JSONResponse({"message": message, "documentation_url": _ADVICE}, 403, self._limits(token))
        if f"{request.path_params['owner']}/{request.path_params['name']}" != state.repository:
            self._count(token, 1)
            missing = {"message": "Not Found", "documentation_url": _ADVICE, "status": "404"}
            return JSONResponse(missing, 404, self._limits(token))
        return None

    def _count(self, token: str, cost: int) -> None:
        self._state.used[token] = self._state.used.get(token, 0) + cost

    def _limits(self, token: str) -> dict[str, str]:
        limit, left = self._state.limit(token), self._state.left(token)
        return {
            "x-ratelimit-limit": str(limit),
            "x-ratelimit-remaining": str(left),
            "x-ratelimit-used": str(limit - left),
            "x-ratelimit-reset": str(max(self._state.reset_at, int(time.time()))),
            "x-ratelimit-resource": "core",
        }


def _token(request: Request) -> str:
    return request.headers.get("authorization", "").removeprefix("Bearer ").removeprefix("token ")


def _bad_credentials() -> Response:
    return JSONResponse({"message": "Bad credentials", "documentation_url": _ADVICE, "status": "401"}, 401)
