"""That the loopback Daytona can't lie: each of its JSON answers is held against the clients of the installed SDK.

Which routes there are, with which statuses and which models, is read from those clients, which are generated from the
vendor's own description of its API.
"""

import importlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from pydantic import BaseModel
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# A method of a client, and in it what its twin `_NAME_serialize` asks for, and what may be answered.
_FUNCTION = re.compile(r"\n    (?:async )?def (\w+)\(")
_ROUTE = re.compile(r"method='(\w+)',\s+resource_path='([^']+)'")
_TYPES = re.compile(r"_response_types_map: Dict\[str, Optional\[str\]\] = \{(.*?)\}", re.DOTALL)
_TYPE = re.compile(r"'(\d+)': (?:\"([^\"]+)\"|None)")
_LIST = re.compile(r"List\[(\w+)\]")
# The API's own errors have no model in its clients.
_ERROR_FIELDS = {"path", "timestamp", "statusCode", "error", "message"}


class Dishonest(AssertionError):
    """An answer that the real one can't give."""


@dataclass(frozen=True, slots=True)
class _Route:
    method: str
    path: re.Pattern[str]
    types: Mapping[int, str]
    parameters: int


class Contract:
    """What the clients of one of its two APIs take, at a prefix of paths."""

    def __init__(self, package: str, prefix: str, error_model: str | None) -> None:
        self._models: ModuleType = importlib.import_module(f"{package}.models")
        self._error_model = error_model
        routes = _routes(importlib.import_module(f"{package}.api"), prefix)
        # A word of a path may stand where another route has a parameter.
        self._routes = sorted(routes, key=lambda route: route.parameters)

    def check(self, method: str, path: str, status: int, body: Any) -> None:
        """Dishonest unless a route takes this status with this body, None where there is none."""
        route = next((known for known in self._routes if known.method == method and known.path.fullmatch(path)), None)
        if route is None:
            raise Dishonest(f"{method} {path}: the clients know no such route")
        if status >= 400 and self._error_model is None:
            if set(body) != _ERROR_FIELDS:
                raise Dishonest(f"{method} {path}: an error has {sorted(_ERROR_FIELDS)}, not {sorted(body)}")
            return
        if status not in route.types and status < 400:
            raise Dishonest(f"{method} {path}: no status {status}, but {sorted(route.types)}")
        # The proxy before a sandbox says no in its own words, whatever was asked.
        is_proxys = status >= 400 and isinstance(body, dict) and body.get("source") == "DAYTONA_PROXY"
        model = None if is_proxys else route.types.get(status)
        self._check_type(f"{method} {path}", model or (self._error_model or "" if status >= 400 else ""), body)

    def _check_type(self, where: str, name: str, body: Any) -> None:
        if not name:
            if body is not None:
                raise Dishonest(f"{where}: has a body, where none is")
            return
        if several := _LIST.fullmatch(name):
            for entry in body:
                self._check_type(where, several[1], entry)
            return
        model: type[Any] | None = getattr(self._models, name, None)
        if model is None:
            return
        try:
            read = model.from_dict(body)
        except (ValueError, TypeError) as error:
            raise Dishonest(f"{where}: {error}") from error
        for invented in _invented(read, where):
            raise Dishonest(invented)


def _routes(api: ModuleType, prefix: str) -> Iterator[_Route]:
    """From the clients' text: they are too large to be looked into any other way."""
    for folder in api.__path__:
        for path in sorted(Path(folder).glob("*_api.py")):
            _, *rest = _FUNCTION.split(path.read_text(encoding="utf-8"))
            functions = dict(zip(rest[::2], rest[1::2], strict=True))
            for name, text in functions.items():
                route, types = _ROUTE.search(functions.get(f"_{name}_serialize", "")), _TYPES.search(text)
                if route is not None and types is not None:
                    pattern = prefix + re.sub(r"\{\w+\}", "[^/]+", route[2])
                    told = {int(status): model for status, model in _TYPE.findall(types[1])}
                    yield _Route(route[1], re.compile(pattern), told, route[2].count("{"))


def _invented(read: Any, where: str) -> Iterator[str]:
    """Fields that a model does not have: it keeps them apart."""
    if isinstance(read, list):
        for entry in read:
            yield from _invented(entry, where)
    if not isinstance(read, BaseModel):
        return
    extra = getattr(read, "additional_properties", None)
    if extra:
        yield f"{where}: the models know no {sorted(extra)}"
    for name in type(read).model_fields:
        yield from _invented(getattr(read, name), f"{where} {name}")


class Witness:
    """An application that passes another's answers on, and keeps what was dishonest in `lies`; `checked` is how many
    answers it has looked at.
    """

    def __init__(self, app: ASGIApp, contract_of: Callable[[str], Contract | None]) -> None:
        self._app, self._contract_of = app, contract_of
        self.lies = list[str]()
        self.checked = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        contract = self._contract_of(scope["path"]) if scope["type"] == "http" else None
        if contract is None:
            await self._app(scope, receive, send)
            return
        status, kind, body = 0, b"", bytearray()

        async def heard(message: Message) -> None:
            nonlocal status, kind
            if message["type"] == "http.response.start":
                status, kind = message["status"], dict(message["headers"]).get(b"content-type", b"")
            body.extend(message.get("body", b""))
            await send(message)

        await self._app(scope, receive, heard)
        if body and not kind.startswith(b"application/json"):
            return
        self.checked += 1
        try:
            contract.check(scope["method"], scope["path"], status, json.loads(body) if body else None)
        except Dishonest as lie:
            self.lies.append(str(lie))
