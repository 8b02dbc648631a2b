"""Text from upstream, made fit to be shown."""

import pytest

from aura_gql.templates.inference.texts import one_line


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("  two\n lines\tand\u00a0spaces ", "two lines and spaces"),
        ("a\u202egnp.exe\u2066", "agnp.exe"),
        ("bell\x07 nul\0 lone\ud800", "bell nul lone"),
        ("Grüße 🚀", "Grüße 🚀"),
        ("x" * 11, "xxxxxxxxx…"),
        ("x" * 10, "xxxxxxxxxx"),
        ("word word and more", "word word…"),
        ("", ""),
    ],
)
def test_text_is_plain_and_bounded(text: str, shown: str) -> None:
    assert one_line(text, 10 if text.startswith(("x", "word")) else 100) == shown


def test_a_text_of_megabytes_is_not_read_to_its_end() -> None:
    assert one_line(" " * 10_000_000 + "x", 10) == ""
