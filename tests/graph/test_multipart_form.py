"""A form as it arrives: any cut into chunks is the same form, and whatever is none is refused."""

import random
from dataclasses import dataclass, field

import pytest

from aura_gql.graph.multipart_form import FormRefused, MultipartForm
from tests.support.uploads import BOUNDARY, HEADERS, form

PARTS = {"a": b"", "b": b"one\r\n--two--\r\n", "c ü": bytes(range(256)) * 3, "d": f"--{BOUNDARY[:-1]}\r\n".encode()}


@dataclass
class Kept:
    """A part that remembers."""

    data: bytes = b""
    ended: bool = False

    def write(self, data: bytes) -> None:
        self.data += data

    def end(self) -> None:
        self.ended = True


@dataclass
class Opened:
    """The parts of a form by name."""

    parts: dict[str, Kept] = field(default_factory=dict)

    def open(self, name: str) -> Kept:
        return self.parts.setdefault(name, Kept())


def parse(chunks: list[bytes], content_type: str = HEADERS["content-type"]) -> dict[str, Kept]:
    opened = Opened()
    parsed = MultipartForm(content_type, opened.open)
    for chunk in chunks:
        parsed.feed(chunk)
    parsed.finish()
    return opened.parts


@pytest.mark.parametrize("size", [1, 2, 7, 4096])
def test_a_form_is_the_same_however_it_is_cut(size: int) -> None:
    body = form(list(PARTS.items())) + b"an epilogue\r\n"
    parts = parse([body[start : start + size] for start in range(0, len(body), size)])
    assert {name: part.data for name, part in parts.items()} == PARTS
    assert all(part.ended for part in parts.values())


def headed(*lines: str) -> bytes:
    return "\r\n".join([f"--{BOUNDARY}", *lines, "", "data", f"--{BOUNDARY}--", ""]).encode()


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "ends before its last boundary"),
        (form([("a", b"x")], is_whole=False), "ends before its last boundary"),
        (form([("a", b"x")])[:-6], "ends before its last boundary"),
        (b"nothing of the kind", "not well-formed"),
        (b"{}", "not well-formed"),
        (headed("Content-Type: text/plain"), "Content-Disposition with a `name`"),
        (headed("Content-Disposition: form-data"), "Content-Disposition with a `name`"),
        (headed("Content-Disposition form-data"), "not well-formed"),
        (headed(f"Content-Disposition: form-data; name={'n' * 5000}"), "not well-formed"),
        (headed(*(f"X-{number}: y" for number in range(9))), "not well-formed"),
    ],
)
def test_what_is_no_form_is_refused(body: bytes, message: str) -> None:
    with pytest.raises(FormRefused, match=message) as caught:
        parse([body])
    assert caught.value.status == 400


@pytest.mark.parametrize(
    "content_type", ["multipart/form-data", "multipart/form-data; boundary=", f"a; boundary={'b' * 300}"]
)
def test_a_form_needs_a_boundary(content_type: str) -> None:
    with pytest.raises(FormRefused, match="boundary"):
        parse([], content_type)


def test_nothing_breaks_on_noise() -> None:
    chance = random.Random(7)
    body = form(list(PARTS.items()))
    for _ in range(2000):
        noisy = bytearray(body)
        for _ in range(chance.randrange(1, 6)):
            place = chance.randrange(len(noisy))
            noisy[place : place + chance.randrange(3)] = chance.randbytes(chance.randrange(3))
        try:
            parse([bytes(noisy)])
        except FormRefused:
            continue
