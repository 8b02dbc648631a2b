"""That the loopback E2B can't lie: each of its JSON answers is held against the client of the installed SDK.

Which routes there are, with which statuses and which models, is read from that client, which is generated from the
vendor's own description of its API. Its models take whatever they get, so the types of their fields are looked at here.
"""

import enum
import importlib
import inspect
import json
import pkgutil
import re
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import attrs
from e2b.api.client import models
from e2b.api.client.api import sandboxes
from e2b.api.client.types import Unset
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_METHOD = re.compile(r'"method": "(\w+)"')
_URL = re.compile(r'"url": f?"([^"]+)"')
_STATUS = re.compile(r"if response\.status_code == (\d+):(.*?)(?=\n    if |\Z)", re.DOTALL)
_MODEL = re.compile(r"(\w+)\.from_dict")
# What a proxy in front of the API answers stands in no description.
_UNDESCRIBED = (502,)


class Dishonest(AssertionError):
    """An answer that the real one can't give."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """`model` is None where there is no body."""

    model: type[Any] | None
    is_list: bool


@dataclass(frozen=True, slots=True)
class _Route:
    method: str
    path: re.Pattern[str]
    answers: Mapping[int, _Answer]


def check(method: str, path: str, status: int, body: Any) -> None:
    """Dishonest unless a route takes this status with this body, None where there is none."""
    where = f"{method} {path} {status}"
    route = next((known for known in _routes() if known.method == method and known.path.fullmatch(path)), None)
    if route is None:
        raise Dishonest(f"{where}: the client knows no such route")
    answer = route.answers.get(status, _Answer(models.Error, is_list=False) if status in _UNDESCRIBED else None)
    if answer is None:
        raise Dishonest(f"{where}: no such status, but {sorted(route.answers)}")
    if answer.model is None:
        if body is not None:
            raise Dishonest(f"{where}: has a body, where none is")
        return
    if answer.is_list != isinstance(body, list):
        raise Dishonest(f"{where}: a list where none is, or none where one is")
    for entry in body if answer.is_list else [body]:
        _check_model(answer.model, entry, where)


def _check_model(model: type[Any], body: Any, where: str) -> None:
    try:
        read = model.from_dict(body)
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise Dishonest(f"{where}: {error!r}") from error
    _check_fields(read, where)


def _check_fields(read: Any, where: str) -> None:
    names = {**vars(models), **vars(importlib.import_module(type(read).__module__))}
    hints = typing.get_type_hints(type(read), names)
    for known in attrs.fields(type(read)):
        value = getattr(read, known.name)
        if known.name != "additional_properties":
            if not _fits(value, hints[known.name], f"{where} {known.name}"):
                raise Dishonest(f"{where} {known.name}: {value!r} is no {hints[known.name]}")
        elif value:
            raise Dishonest(f"{where}: the model knows no {sorted(value)}")


def _fits(value: Any, kind: Any, where: str) -> bool:
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if kind is Any:
        return True
    if origin is typing.Union:
        return any(_fits(value, part, where) for part in parts)
    if origin is list:
        return isinstance(value, list) and all(_fits(each, parts[0], where) for each in value)
    if isinstance(value, bool):
        return kind is bool
    if not isinstance(value, (int, float) if kind is float else kind):
        return False
    if attrs.has(kind) and not isinstance(value, Unset | enum.Enum):
        _check_fields(value, where)
    return True


@cache
def _routes() -> tuple[_Route, ...]:
    return tuple(_read_routes())


def _read_routes() -> Iterator[_Route]:
    for found in pkgutil.iter_modules(sandboxes.__path__):
        module = importlib.import_module(f"{sandboxes.__name__}.{found.name}")
        request, answers = inspect.getsource(module._get_kwargs), inspect.getsource(module._parse_response)
        method, url = _METHOD.search(request), _URL.search(request)
        assert method is not None
        assert url is not None
        path = re.compile(re.sub(r"\{[^}]*\}", "[^/]+", url[1]))
        yield _Route(method[1].upper(), path, {int(code): _answer(text) for code, text in _STATUS.findall(answers)})


def _answer(text: str) -> _Answer:
    model = _MODEL.search(text)
    return _Answer(getattr(models, model[1]) if model else None, is_list=" in _response_" in text)


class Witness:
    """An application that passes another's answers on, and keeps what was dishonest in `lies`; `checked` is how many
    answers it has looked at. The daemons' answers are made by the SDK's own code.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.lies = list[str]()
        self.checked = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        status, body = 0, bytearray()

        async def heard(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            body.extend(message.get("body", b""))
            await send(message)

        await self._app(scope, receive, heard)
        self.checked += 1
        try:
            check(scope["method"], scope["path"], status, json.loads(body) if body else None)
        except Dishonest as lie:
            self.lies.append(str(lie))
