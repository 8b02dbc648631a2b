"""Bytes that clients send."""

import pytest

from aura_gql.graph.byte_inputs import given_bytes, text_bytes
from aura_gql.kernel.errors import InvalidInput


@pytest.mark.parametrize(
    ("text", "base64", "expected"),
    [("grüß", None, "grüß".encode()), ("", None, b""), (None, "/wA=", b"\xff\0"), (None, "", b"")],
)
def test_bytes_come_as_text_or_in_base64(text: str | None, base64: str | None, expected: bytes) -> None:
    assert given_bytes(text, base64, "content") == expected


def test_optional_ones_may_be_left_out() -> None:
    assert given_bytes(None, None, "content", optional=True) == b""


@pytest.mark.parametrize("optional", [False, True])
@pytest.mark.parametrize(
    ("text", "base64", "field"),
    [
        ("a", "YQ==", "content"),
        ("", "", "content"),
        ("\ud800", None, "content"),
        (None, "?", "base64"),
        (None, "YQ", "base64"),
        (None, "ä", "base64"),
    ],
)
def test_the_field_at_fault_is_named(text: str | None, base64: str | None, field: str, optional: bool) -> None:
    with pytest.raises(InvalidInput) as refused:
        given_bytes(text, base64, "content", optional=optional)
    assert refused.value.field == (field,)


def test_what_is_needed_may_not_be_left_out() -> None:
    with pytest.raises(InvalidInput, match="Give `text` or `base64`") as refused:
        given_bytes(None, None, "text")
    assert refused.value.field == ("text",)


def test_text_alone_is_held_to_the_same() -> None:
    assert text_bytes("ß", "stdin") == "ß".encode()
    with pytest.raises(InvalidInput, match="`stdin` has a lone surrogate"):
        text_bytes("\udfff", "stdin")
