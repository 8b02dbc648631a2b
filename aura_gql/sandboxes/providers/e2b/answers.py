"""The HTTP answer behind an error of the SDK."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

# What the SDK's code calls it where it holds one.
_NAMES: Final = ("res", "response")
_SECONDS: Final = re.compile(r"\d{1,6}")
_TOLD_CHARS: Final = 300


@dataclass(frozen=True, slots=True)
class Answer:
    """`message` is the vendor's own words; None where the answer is none of its API's, but of something in front."""

    status: int
    message: str | None
    retry_after_s: float | None


def answer_behind(error: BaseException) -> Answer | None:
    """What the vendor's API answered before the SDK raised this; None where there was no answer.

    The SDK's errors keep no headers, and where a body is not what it expects, not even the status: it lets the error of
    its JSON reader pass. But the answer is there in the frames that the error came through.
    """
    for held in _held(error):
        try:
            return Answer(int(held.status_code), _message(held.content), _seconds(held.headers.get("retry-after")))
        except Exception:  # noqa: S112 - it is none, or one that broke off before its end
            continue
    return None


def _held(error: BaseException) -> Iterator[Any]:
    """Innermost last."""
    trace = error.__traceback__
    while trace is not None:
        for name in _NAMES:
            if (held := trace.tb_frame.f_locals.get(name)) is not None:
                yield held
        trace = trace.tb_next


def _message(content: bytes) -> str | None:
    try:
        told = json.loads(content)
    except ValueError:
        return None
    message = told.get("message") if isinstance(told, dict) else None
    return " ".join(message.split())[:_TOLD_CHARS] if isinstance(message, str) else None


def _seconds(told: str | None) -> float | None:
    return float(told) if told is not None and _SECONDS.fullmatch(told.strip()) else None
