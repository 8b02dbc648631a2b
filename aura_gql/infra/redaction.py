"""What may stand in a log line: nothing secret, nothing that users wrote, nothing that could pass for another line."""

import re
import traceback
from types import TracebackType

from pymongo.errors import ConnectionFailure, PyMongoError
from structlog.typing import EventDict, WrappedLogger

MAX_VALUE_LENGTH = 1_000
MAX_EXCEPTION_LENGTH = 20_000
MAX_FIELDS = 40

_HIDDEN = "[hidden]"
_SECRET_NAME = re.compile(r"secret|password|token|cookie|authorization|bearer|api_?key", re.IGNORECASE)
_CREDENTIALS = re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_MAX_MESSAGE_LENGTH = 300
_MAX_CAUSES = 5
# Libraries whose errors quote what they were given: documents of users, or what a vendor of sandboxes answered, in
# which our key may be.
_QUOTING = re.compile(r"graphql|pydantic|pydantic_core|e2b|e2b_\w+|connectrpc|pyqwest|daytona|daytona_\w+|aiohttp")

ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def hide_secrets(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Blank values under telling names, and passwords in URLs wherever they stand."""
    for name, value in event.items():
        if _SECRET_NAME.search(name):
            event[name] = _HIDDEN
        elif isinstance(value, str) and "://" in value:
            event[name] = _CREDENTIALS.sub(_HIDDEN, value)
    return event


def bound(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Cut what is long and spell out control characters, so that whatever a value holds stays on its line."""
    for name, value in list(event.items())[MAX_FIELDS:]:
        del event[name], value
    for name, value in event.items():
        if isinstance(value, int | float | None):
            continue
        text = value if isinstance(value, str) else repr(value)
        event[name] = text[:MAX_EXCEPTION_LENGTH] if name == "exception" else one_line(text, MAX_VALUE_LENGTH)
    return event


def one_line(text: str, length: int) -> str:
    """At most `length` characters of `text` and then an ellipsis, its control characters spelled out."""
    cut = text if len(text) <= length else f"{text[:length]}…"
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), cut)


def tell_exceptions(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Turn `exc_info` into `exception`: where it was raised, what it was, and as much of its words as is safe."""
    info = event.pop("exc_info", None)
    if isinstance(info, BaseException):
        event["exception"] = tell(info)
    elif isinstance(info, tuple) and info[1] is not None:
        event["exception"] = tell(info[1])
    return event


def tell(error: BaseException) -> str:
    """The traceback of `error` and of what caused it, innermost last, without what it was about.

    The messages of GraphQL's and MongoDB's errors quote documents, variables and file contents, those of the vendors'
    SDKs whatever their clouds answer, so only their kinds are told; others are cut.
    """
    told: list[str] = []
    current: BaseException | None = error
    while current is not None and len(told) < _MAX_CAUSES:
        frames = "".join(traceback.format_tb(current.__traceback__))
        told.append(f"{frames}{_kind(current)}")
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return "\ncaused by:\n".join(told)


def _kind(error: BaseException) -> str:
    name = type(error).__qualname__
    if isinstance(error, ConnectionFailure):
        return f"{name}: {one_line(str(error), _MAX_MESSAGE_LENGTH)}"
    if isinstance(error, PyMongoError):
        return f"{name}: code {getattr(error, 'code', None)}"
    if _QUOTING.fullmatch(type(error).__module__.partition(".")[0]):
        return name
    return f"{name}: {one_line(str(error), _MAX_MESSAGE_LENGTH)}"
