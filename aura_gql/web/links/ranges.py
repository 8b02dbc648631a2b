"""Which part of a blob a request is about, as RFC 9110 has it. Pure."""

import re
from dataclasses import dataclass

_RANGE = re.compile(r"\s*bytes\s*=\s*([0-9]*)\s*-\s*([0-9]*)\s*", re.ASCII | re.IGNORECASE)
_TAG = re.compile(r'(W/)?("[\x21\x23-\x7e\x80-\xff]*")')
_DIGITS = 18
_MAX_TAGS_LENGTH = 8_192


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes `start` up to, and without, `stop`."""

    start: int
    stop: int

    @property
    def length(self) -> int:
        """How many they are."""
        return self.stop - self.start


class Unsatisfiable(Exception):
    """The range that is asked for begins behind the end."""


def requested(header: str | None, size: int) -> Span | None:
    """The part of `size` bytes that a `Range` header asks for; None for all of them. Unsatisfiable.

    As the RFC allows, the whole is the answer to several ranges, to other units and to what is no range.
    """
    match = _RANGE.fullmatch(header or "")
    if match is None:
        return None
    first, last = match[1], match[2]
    if not first:
        return _suffix(last, size)
    start, end = _number(first), _number(last) if last else size - 1
    if last and end < start:
        return None
    if start >= size:
        raise Unsatisfiable
    return Span(start, min(end + 1, size))


def names_tag(header: str | None, tag: str) -> bool:
    """Whether an `If-None-Match` names `tag`, or anything at all by `*`; weak tags are as good there as others."""
    if header is None:
        return False
    if header.strip() == "*":
        return True
    return any(match[2] == tag for match in _TAG.finditer(header[:_MAX_TAGS_LENGTH]))


def is_same(header: str | None, tag: str) -> bool:
    """Whether an `If-Range` lets a range count: there is none, or it is the strong tag. Dates never do."""
    return header is None or header.strip() == tag


def _suffix(length: str, size: int) -> Span | None:
    if not length:
        return None
    if not _number(length):
        raise Unsatisfiable
    return Span(max(0, size - _number(length)), size) if size else None


def _number(digits: str) -> int:
    significant = digits.lstrip("0")
    return int(significant or "0") if len(significant) <= _DIGITS else int("9" * _DIGITS)
