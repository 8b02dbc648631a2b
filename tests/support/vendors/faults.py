"""What goes wrong between us and a vendor, on demand."""

import asyncio
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Self

WEBSOCKET = "WEBSOCKET"


@dataclass(frozen=True, slots=True)
class Fault:
    """What becomes of a request; without any field it is answered as ever.

    With a `status` nothing is done, and that is the answer. `before` and `behind` hold a request back until they are
    set: before anything is done, or when all is done but nothing told. `is_lost`: all is done, and the connection reset
    instead of an answer. `is_reset`: it is reset at once. `cut_at` ends the connection behind so many bytes of the
    answer's body, or of what a WebSocket tells; `cut_request_at` behind so many of what a WebSocket is told.
    """

    status: int | None = None
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    before: asyncio.Event | None = None
    behind: asyncio.Event | None = None
    is_lost: bool = False
    is_reset: bool = False
    cut_at: int | None = None
    cut_request_at: int | None = None

    @classmethod
    def html(cls, status: int) -> Self:
        """As a proxy in front of a vendor says it."""
        page = f"<html><head><title>{status}</title></head><body><center><h1>{status}</h1></center></body></html>"
        return cls(status, page.encode(), {"content-type": "text/html"})

    @classmethod
    def json(cls, status: int, told: object, **headers: str) -> Self:
        """An answer of the vendor's own making; `_` in the name of a header stands for `-`."""
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return cls(status, json.dumps(told).encode(), {"content-type": "application/json", **names})


@dataclass(slots=True)
class _Rule:
    method: str
    path: re.Pattern[str]
    fault: Fault
    left: int | None

    def matches(self, method: str, path: str) -> bool:
        return self.left != 0 and self.method in ("*", method) and self.path.fullmatch(path) is not None


class Faults:
    """The faults to come; `seen` are the methods and paths of all requests so far, WEBSOCKET among the methods."""

    def __init__(self) -> None:
        self._rules = list[_Rule]()
        self.seen = list[tuple[str, str]]()

    def add(self, method: str, path: str, fault: Fault, times: int | None = 1) -> None:
        """Have the next `times` requests, or all with None, meet a fault: those of a method, `*` for any, whose path
        matches a pattern as a whole. Of several faults the first that was added comes first.
        """
        self._rules.append(_Rule(method, re.compile(path), fault, times))

    def clear(self) -> None:
        """No more faults."""
        self._rules.clear()

    def met(self, method: str, path: str) -> Fault:
        """What a request meets; it is noted."""
        self.seen.append((method, path))
        for rule in self._rules:
            if rule.matches(method, path):
                rule.left = None if rule.left is None else rule.left - 1
                return rule.fault
        return Fault()

    def count(self, method: str, path: str) -> int:
        """How many requests there were of a method whose path matches a pattern as a whole."""
        return sum(1 for _ in self._seen(method, re.compile(path)))

    def _seen(self, method: str, path: re.Pattern[str]) -> Iterator[str]:
        return (seen for word, seen in self.seen if word == method and path.fullmatch(seen))
