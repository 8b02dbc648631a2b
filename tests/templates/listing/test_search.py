"""What is typed into a search box, as it is looked for."""

import pytest

from aura_gql.kernel.errors import InvalidInput
from aura_gql.templates.listing.search import NOTHING, alternatives, parse_search


def test_a_search_keeps_its_chunks() -> None:
    search = parse_search("Vite-React vite-react, app")
    assert search.chunks == (("vite", "react"), ("app",))
    assert (search.words, search.whole) == (("vite", "react", "app"), "vitereactapp")
    assert [alternatives(chunk) for chunk in search.chunks] == [[("vite", "react"), ("vitereact",)], [("app",)]]


def test_a_few_words_are_also_one() -> None:
    wholes = [parse_search(text).whole for text in ("svelte kit", "node.js", "a b c d", "a b c d e", "a")]
    assert wholes == ["sveltekit", None, "abcd", None, None]


@pytest.mark.parametrize("text", ["", "  ", "+-*/.\\^$", "@", "🐎", "\0"])
def test_text_without_words_asks_for_nothing(text: str) -> None:
    assert parse_search(text) == NOTHING


def test_the_same_search_has_the_same_digest_and_no_other_has() -> None:
    digests = [parse_search(text).digest for text in ("vite-react", "VITE-réact!", "vite react", "react vite", "vite")]
    assert digests[0] == digests[1]
    assert len(set(digests)) == 4


def test_a_search_is_bounded() -> None:
    assert parse_search("a" * 100).chunks == (("a" * 40,),)
    assert len(parse_search("a b c d e f g h i j j j").chunks) == 10
    for text in ("a" * 101, "a b c d e f g h i j k", "a-b-c-d-e-f g-h-i-j-k"):
        with pytest.raises(InvalidInput) as refused:
            parse_search(text)
        assert refused.value.field == ("filter", "text")
