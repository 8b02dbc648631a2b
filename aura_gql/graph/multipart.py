"""GraphQL multipart requests: an operation and the files that go into its variables, in one form.

The parts come in the order of the specification (github.com/jaydenseric/graphql-multipart-request-spec): `operations`,
`map`, then the files that `map` names, each once.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, cast

import orjson
from starlette.requests import Request

from aura_gql.graph.multipart_form import FormRefused, MultipartForm, Part
from aura_gql.graph.uploads import UploadedFile, open_spool

PREFLIGHT_HEADERS = ("apollo-require-preflight", "x-apollo-operation-name", "graphql-preflight")
"""A multipart request needs one of these, with any value: a foreign page may send forms with the user's cookies, but
for a header of its own its browser asks first. They are those of Apollo's and of Hot Chocolate's clients.
"""

_OPERATIONS, _MAP = "operations", "map"
_MAX_PATH_PARTS = 16
_MAX_INDEX_DIGITS = 6


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """Bounds of one multipart request, and of how many there are at a time, of a user and in all. `max_text_bytes` is
    for `operations` and for `map`, which stay in memory.
    """

    max_files: int = 100
    max_text_bytes: int = 1024 * 1024
    max_at_once_per_user: int = 4
    max_at_once: int = 32


def require_preflight(headers: Mapping[str, str]) -> None:
    """FormRefused (403) unless the request has a header that no form of a foreign page can send."""
    if not any(headers.get(name) for name in PREFLIGHT_HEADERS):
        named = f"{', '.join(PREFLIGHT_HEADERS[:-1])} or {PREFLIGHT_HEADERS[-1]}"
        raise FormRefused(
            f"A multipart request must have the header {named}, so that foreign pages can't send it.", 403
        )


async def read_multipart(request: Request, limits: UploadLimits) -> dict[str, object]:
    """The JSON of `operations`, with an UploadedFile in each place that `map` names; FormRefused.

    The files are to be discarded by `uploads.discard_uploads` when the request has been answered, or was refused.
    """
    require_preflight(request.headers)
    parts = _Parts(open_spool(request.scope), limits)
    form = MultipartForm(request.headers.get("content-type", ""), parts.open)
    async for chunk in request.stream():
        if chunk:
            # It parses, digests and writes, so it has no place on the loop.
            await asyncio.to_thread(form.feed, chunk)
    form.finish()
    return parts.filled()


class _Parts:
    """The parts of one request, in their order."""

    def __init__(self, spool: IO[bytes], limits: UploadLimits) -> None:
        self._spool = spool
        self._limits = limits
        self._operations: dict[str, object] = {}
        self._paths: dict[str, Sequence[str]] | None = None
        self._files: dict[str, UploadedFile] = {}
        self._is_begun = False

    def open(self, name: str) -> Part:
        """Where the bytes of the part of this name go; FormRefused where it is not its turn."""
        if not self._is_begun:
            if name != _OPERATIONS:
                raise FormRefused("The first part must be `operations`.")
            self._is_begun = True
            return _Text(_OPERATIONS, self._limits.max_text_bytes, self._take_operations)
        if self._paths is None:
            if name != _MAP:
                raise FormRefused("The second part must be `map`.")
            return _Text(_MAP, self._limits.max_text_bytes, self._take_map)
        if name not in self._paths:
            raise FormRefused("A part is named neither `operations` nor `map`, and `map` does not name it.")
        if name in self._files:
            raise FormRefused("Two parts have the same name.")
        self._files[name] = file = UploadedFile(self._spool)
        return _File(file)

    def filled(self) -> dict[str, object]:
        """The operation with its files; FormRefused where a part is missing or a path leads nowhere."""
        if self._paths is None:
            raise FormRefused("The body must have the parts `operations` and `map`.")
        if missing := self._paths.keys() - self._files.keys():
            raise FormRefused(f"`map` names {len(missing)} files that the body does not have.")
        for name, paths in self._paths.items():
            for path in paths:
                _put(self._operations, path, self._files[name])
        return self._operations

    def _take_operations(self, value: object) -> None:
        if isinstance(value, list):
            raise FormRefused("Batches are off: send one operation in each request.")
        if not isinstance(value, dict):
            raise FormRefused("`operations` must be a JSON object.")
        self._operations = value

    def _take_map(self, value: object) -> None:
        if not isinstance(value, dict) or not all(_is_paths(paths) for paths in value.values()):
            raise FormRefused("`map` must be a JSON object whose values are lists of paths, none of them empty.")
        if sum(map(len, value.values())) > self._limits.max_files:
            raise FormRefused(f"A request may bring at most {self._limits.max_files} files.", 413)
        self._paths = cast(dict[str, Sequence[str]], value)


class _Text:
    """A part of JSON."""

    def __init__(self, name: str, max_bytes: int, take: Callable[[object], None]) -> None:
        self._name = name
        self._max_bytes = max_bytes
        self._take = take
        self._data = bytearray()

    def write(self, data: bytes) -> None:
        if len(self._data) + len(data) > self._max_bytes:
            raise FormRefused(f"`{self._name}` may have {self._max_bytes} bytes.", 413)
        self._data += data

    def end(self) -> None:
        try:
            value = orjson.loads(self._data)
        except ValueError as error:
            raise FormRefused(f"`{self._name}` is not valid JSON in UTF-8.") from error
        self._take(value)


@dataclass(frozen=True, slots=True)
class _File:
    """A part that is a file."""

    file: UploadedFile

    def write(self, data: bytes) -> None:
        self.file.write(data)

    def end(self) -> None:
        """Nothing more is to be done."""


def _is_paths(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(path, str) for path in value)


def _put(operations: object, path: str, file: UploadedFile) -> None:
    """Put `file` where `path` leads, in place of null."""
    parts = path.split(".", _MAX_PATH_PARTS)
    if parts[0] != "variables" or not 1 < len(parts) <= _MAX_PATH_PARTS:
        raise FormRefused("A path of `map` begins with `variables.` and has at most 16 parts.")
    place, key = operations, _step(operations, parts[0])
    for part in parts[1:]:
        place = _value(place, key)
        key = _step(place, part)
    if _value(place, key) is not None:
        raise FormRefused("A path of `map` must lead to null, once.")
    place[key] = file  # type: ignore[index]


def _step(place: object, part: str) -> str | int:
    """What `part` of a path is in `place`: a key that is there or an index within; FormRefused."""
    if isinstance(place, dict) and part in place:
        return part
    if isinstance(place, list) and part.isascii() and part.isdigit() and len(part) <= _MAX_INDEX_DIGITS:
        index = int(part)
        if index < len(place):
            return index
    raise FormRefused("A path of `map` leads to nothing in `operations`.")


def _value(place: object, key: str | int) -> object:
    return cast(dict[str | int, object], place)[key]
