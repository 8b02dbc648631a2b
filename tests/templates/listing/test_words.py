"""Text is cut into the same words each time, whatever a person types and whatever a template holds."""

import pytest

from aura_gql.templates.listing.words import (
    MAX_TERM_LENGTH,
    beginnings_of,
    chunks_of,
    is_short,
    joined,
    terms_of,
    words_of,
)


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
        ("+++ --- \0 \n 🐎 👩‍💻 ❤️ #️⃣", []),
        ("日本語", ["日本語"]),
        ("これはReactの例", ["これは", "react", "の例"]),
        ("हिन्दी", ["हनद"]),
        ("C++", ["c++"]),
        ("C# f# c++-free c+ a+b c++17 x#1", ["c#", "f#", "c++", "free", "c", "a", "b", "17", "x", "1"]),
        (".net", ["net"]),
        ("@angular/core", ["angular", "core"]),
        ("\N{FULLWIDTH LATIN CAPITAL LETTER R}EACT", ["react"]),
    ],
)
def test_words_of(text: str, words: list[str]) -> None:
    assert words_of(text) == words


def test_what_a_dot_a_hyphen_or_an_underscore_holds_together_is_a_chunk() -> None:
    assert chunks_of("@nest.js/http-server_x vite- -react a..b") == [
        ("nest", "js"),
        ("http", "server", "x"),
        ("vite",),
        ("react",),
        ("a",),
        ("b",),
    ]
    assert [joined(chunk) for chunk in chunks_of("node.js one a-b-c-d a-b-c-d-e")] == ["nodejs", None, "abcd", None]


@pytest.mark.parametrize(
    ("texts", "terms"),
    [
        (["React app", "react", "App for Vite"], ["react", "app", "for", "vite"]),
        (["node.js"], ["node", "js", "nodejs"]),
        (["日本語"], ["日本語", "本語", "語"]),
        (["한국어"], words_of("한국어")),
        (["x" * 1000, "x" * 999], ["x" * MAX_TERM_LENGTH]),
    ],
)
def test_terms_of(texts: list[str], terms: list[str]) -> None:
    assert terms_of(texts) == terms


def test_short_words_are_those_that_begin_too_many() -> None:
    assert [word for word in ("c", "c#", "c++", "js", "vue", "日", "日本", "é") if is_short(word)] == ["c", "c#", "js"]
    assert beginnings_of(["vue", "c#", "x"]) == {"^v", "^vu", "^c", "^c#", "^x"}
