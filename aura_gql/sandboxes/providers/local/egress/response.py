"""The head of an answer from outside, made fit for a connection that ends with it."""

import re
from http import HTTPStatus

from aura_gql.sandboxes.providers.local.egress.refusal import Refusal

_STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})(?: [^\r\n\0]*)?")
_ABOUT_THE_CONNECTION = (b"connection", b"keep-alive", b"proxy-connection")
_SWITCHING = 101


def is_interim(head: bytes) -> bool:
    """Whether another head follows, this one being but a sign of life. Raises Refusal for what is no answer."""
    status = _status(head)
    if status == _SWITCHING:
        raise _no_answer()
    return status < HTTPStatus.OK


def rewrite_response(head: bytes) -> bytes:
    """The head, up to and with its empty line, as the client shall see it. Raises Refusal for what is no answer."""
    _status(head)
    first, *lines = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
    kept = [line for line in lines if _name_of(line) not in _ABOUT_THE_CONNECTION]
    return b"\r\n".join([first, *kept, b"Connection: close", b"", b""])


def _status(head: bytes) -> int:
    found = _STATUS_LINE.fullmatch(head.split(b"\r\n", 1)[0])
    if found is None:
        raise _no_answer()
    return int(found[1])


def _name_of(line: bytes) -> bytes:
    name, colon, _ = line.partition(b":")
    # A line that goes on in the next is long out of use, and read by some as a header of its own.
    if not colon or name != name.strip() or b"\n" in line:
        raise _no_answer()
    return name.lower()


def _no_answer() -> Refusal:
    return Refusal(HTTPStatus.BAD_GATEWAY, "What came from the host is no answer of HTTP/1.")
