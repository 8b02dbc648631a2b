"""Lines of JSON arrays: how lists of files and their changes pass through a stream of bytes, in parts of bounded size.

Who reads takes every byte as hostile.
"""

import json
from collections.abc import Iterable, Iterator, Sequence

JSON = None | bool | int | float | str | list["JSON"] | dict[str, "JSON"]
Record = Sequence[JSON]

PART_BYTES = 64 * 1024
"""A part is sent once it has as many; it may be longer by one record."""
MAX_LINE_BYTES = 512 * 1024


class BadRecord(ValueError):
    """What came is nothing that our own code would have sent."""


def encoded(records: Iterable[Record]) -> Iterator[bytes]:
    """Lines, each an array of some of the records."""
    held: list[str] = []
    size = 0
    for record in records:
        text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
        held.append(text)
        size += len(text.encode()) + 1
        if size >= PART_BYTES:
            yield _line(held)
            held, size = [], 0
    if held:
        yield _line(held)


class RecordReader:
    """Feed it what comes, in pieces of any size; it gives the records of each whole line."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> Iterator[list[Record]]:
        """The lines that these bytes complete; to be read to its end. BadRecord."""
        self._held += data
        while (end := self._held.find(b"\n", 0, MAX_LINE_BYTES + 1)) >= 0:
            line = bytes(self._held[:end])
            del self._held[: end + 1]
            yield _records(line)
        if len(self._held) > MAX_LINE_BYTES:
            raise BadRecord(f"A line has more than {MAX_LINE_BYTES} bytes.")

    def finish(self) -> None:
        """BadRecord where the last line is cut off."""
        if self._held:
            raise BadRecord("The last line is cut off.")


def _line(texts: Sequence[str]) -> bytes:
    return f"[{','.join(texts)}]\n".encode()


def _records(line: bytes) -> list[Record]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadRecord("A line is no JSON.") from error
    if not isinstance(found, list) or not all(isinstance(record, list) for record in found):
        raise BadRecord("A line is no array of records.")
    return found
