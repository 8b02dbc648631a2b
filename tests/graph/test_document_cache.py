"""The cache of documents and its bounds."""

from graphql import parse

from aura_gql.graph.document_cache import DocumentCache

DOCUMENT = parse("{ a }")


def test_the_least_recently_used_leaves_first() -> None:
    cache = DocumentCache(max_documents=2)
    for text in ("a", "b"):
        cache.put(text, DOCUMENT, {})
    known = cache.get("a")
    assert known is not None
    assert known.document is DOCUMENT
    cache.put("c", DOCUMENT, {})
    assert [cache.get(text) is not None for text in "abc"] == [True, False, True]


def test_text_is_bounded() -> None:
    cache = DocumentCache(max_length=5, max_characters=10)
    cache.put("123456", DOCUMENT, {})
    assert len(cache) == 0
    for text in ("1234", "5678", "5678", "90ab"):
        cache.put(text, DOCUMENT, {})
    assert [cache.get(text) is not None for text in ("1234", "5678", "90ab")] == [False, True, True]
    assert cache.get("") is None
