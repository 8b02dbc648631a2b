"""A `multipart/form-data` body, part by part as it arrives."""

from collections.abc import Callable
from typing import Protocol

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

FORM_DATA = "multipart/form-data"
_MAX_HEADERS = 8
_MAX_HEADER_BYTES = 4096


class FormRefused(Exception):
    """The body can't be taken; `message` tells the client why, `status` is the HTTP status for that."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.message = message
        self.status = status


class Part(Protocol):
    """What takes the bytes of one part."""

    def write(self, data: bytes) -> None:
        """The next bytes."""
        ...

    def end(self) -> None:
        """There are no more."""
        ...


class MultipartForm:
    """Parses a body whose Content-Type is given; `open_part` says by its name where a part's bytes go.

    Every method may raise FormRefused. `feed` and `finish` block as long as the parts do.
    """

    def __init__(self, content_type: str, open_part: Callable[[str], Part]) -> None:
        boundary = parse_options_header(content_type)[1].get(b"boundary")
        if not boundary:
            raise FormRefused(f"The Content-Type {FORM_DATA} must name its boundary.")
        self._open_part = open_part
        self._part: Part | None = None
        self._name, self._value = b"", b""
        self._disposition: bytes | None = None
        self._is_whole = False
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._begin,
                    "on_header_field": self._header_name,
                    "on_header_value": self._header_value,
                    "on_header_end": self._header_end,
                    "on_headers_finished": self._open,
                    "on_part_data": lambda data, start, end: self._current().write(data[start:end]),
                    "on_part_end": lambda: self._current().end(),
                    "on_end": self._end,
                },
                max_header_count=_MAX_HEADERS,
                max_header_size=_MAX_HEADER_BYTES,
            )
        except FormParserError as error:
            raise FormRefused("The boundary of the body is too long.") from error

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the body; those behind its end do not matter."""
        if self._is_whole:
            return
        try:
            self._parser.write(data)
        except FormParserError as error:
            raise FormRefused(f"The body is not well-formed {FORM_DATA}.") from error

    def finish(self) -> None:
        """There is no more of the body."""
        if not self._is_whole:
            raise FormRefused(f"The body ends before its last boundary; it is not whole {FORM_DATA}.")

    def _begin(self) -> None:
        self._disposition = None

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        if self._name.lower() == b"content-disposition":
            self._disposition = self._value
        self._name, self._value = b"", b""

    def _open(self) -> None:
        name = parse_options_header(self._disposition)[1].get(b"name")
        if name is None:
            raise FormRefused("Every part must have a Content-Disposition with a `name`.")
        self._part = self._open_part(name.decode(errors="replace"))

    def _current(self) -> Part:
        if self._part is None:
            raise FormRefused(f"The body is not well-formed {FORM_DATA}.")
        return self._part

    def _end(self) -> None:
        self._is_whole = True
