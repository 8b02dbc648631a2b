"""Search takes any text that a person may type and means the same by it each time."""

import pytest

from aura_gql.kernel.errors import InvalidInput
from aura_gql.templates.search import search_words, terms_of, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        ("Vite + React", ["vite", "react"]),
        ("node.js/http-server_x", ["node", "js", "http", "server", "x"]),
        ("the THE the", ["the"]),
        ("Žluťoučký kůň", ["zlutoucky", "kun"]),
        ("Straße ﬁn", ["strasse", "fin"]),
        (r"a.*b^$[c](d)\e", ["a", "b", "c", "d", "e"]),
        ("+++ --- \0 \n 🐎", []),
        ("日本語", ["日本語"]),
    ],
)
def test_words_of(text: str, words: list[str]) -> None:
    assert words_of(text) == words


def test_terms_are_sorted_and_distinct() -> None:
    assert terms_of(["React app", "react", "App for Vite"]) == ["app", "for", "react", "vite"]


def test_a_search_is_bounded() -> None:
    assert search_words("a" * 100) == ["a" * 100]
    assert len(search_words("a b c d e f g h i j j j")) == 10
    for text in ("a" * 101, "a b c d e f g h i j k"):
        with pytest.raises(InvalidInput) as refused:
            search_words(text)
        assert refused.value.field == ("filter", "text")
