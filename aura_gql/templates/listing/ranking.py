"""How well a template matches a search: what is kept of it for that, and the points that MongoDB gives.

MongoDB's own text index is not what a search box needs. `$text` finds whole words alone, so that `reac` finds nothing;
it finds what has any of the words, where a box narrows with each; it knows a language, and drops its stop words, or
none; and its score counts how often a word is there, not whether it is the template's name. So the words of a template
are kept in `search_terms`, whose index gives all that begin so, together with whether it is active; and what the words
are in it in `search_text`, where the points are looked up: a line for each, behind the digit of the place that has it.
One or two letters begin half of all words: they have entries of their own, one for each template, and READMEs none.

Points of a word, the best place counting: its name, by a whole word, then by the beginning of one; its slug, type,
category or tags; its description; its dependencies; its README, which is all that is left where none of these has it.
Those of several words are added up. On top of that comes a name that is the whole search, one that begins with it, and
a slug that is it.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, Final

from aura_gql.templates.listing.search import Search, alternatives
from aura_gql.templates.listing.words import Chunk, beginnings_of, chunks_of, is_short, terms_of

MAX_README_TERMS: Final = 300
"""Different words of a README that a template is found by: the first ones say what it is about."""

_NAME_IS, _NAME_BEGINS, _SLUG_IS = 100_000, 40_000, 10_000
_NAME, _SLUG = "=", "/"
_LABELS = "1"
_PLACES = (("0", 400, 300), (_LABELS, 200, 150), ("2", 60, 50), ("3", 20, 15))
"""The digit of a place, the points of a word that is there, and those of the beginning of one."""
_README_POINTS = 1

Expression = dict[str, Any]


def search_fields(
    name: str, labels: Sequence[str], description: str, dependencies: Sequence[str], readme: str
) -> dict[str, Any]:
    """The fields of a template's document that a search reads: `search_terms` and `search_text`.

    `labels` are its type, category and tags, `dependencies` the names of its packages. Its slug is not known until it
    comes into the catalogue: see `found_by_slug`.
    """
    places = [terms_of(texts) for texts in ([name], labels, [description], dependencies)]
    about = [term for term in terms_of([readme]) if not is_short(term)]
    lines = [f"{_NAME}{_squeezed(name)}"]
    lines += [f"{digit}{term}" for (digit, _, _), terms in zip(_PLACES, places, strict=True) for term in terms]
    return {
        "search_terms": sorted({*_flat(places), *beginnings_of(_flat(places)), *about[:MAX_README_TERMS]}),
        "search_text": "".join(f"\n{line}" for line in lines) + "\n",
    }


def found_by_slug(fields: Mapping[str, Any], slug: str) -> dict[str, Any]:
    """The fields of a template with its slug among what it is found by."""
    terms = terms_of([slug])
    lines = [f"{_SLUG}{_squeezed(slug)}", *(f"{_LABELS}{term}" for term in terms)]
    return {
        **fields,
        "search_terms": sorted({*fields["search_terms"], *terms, *beginnings_of(terms)}),
        "search_text": fields["search_text"] + "".join(f"{line}\n" for line in lines),
    }


def points_of(search: Search) -> Expression:
    """The expression that gives a template that matches `search` its points; 0 where nothing is looked for."""
    if not search.chunks:
        return {"$literal": 0}
    typed = "".join(search.words)
    name = [_points_if(f"\n{_NAME}{typed}\n", _NAME_IS), _points_if(f"\n{_NAME}{typed}", _NAME_BEGINS)]
    words: Expression = {"$add": [_points_of_chunk(chunk) for chunk in search.chunks]}
    if search.whole is not None:
        words = {"$max": [words, _points_of_word(search.whole)]}
    return {"$add": [{"$max": name}, _points_if(f"\n{_SLUG}{typed}\n", _SLUG_IS), words]}


def _points_of_chunk(chunk: Chunk) -> Expression:
    return {"$max": [{"$min": [_points_of_word(word) for word in words]} for words in alternatives(chunk)]}


def _points_of_word(word: str) -> Expression:
    branches = [
        {"case": _has(f"\n{digit}{word}{end}"), "then": points}
        for digit, exact, beginning in _PLACES
        for end, points in (("\n", exact), ("", beginning))
    ]
    return {"$switch": {"branches": branches, "default": _README_POINTS}}


def _points_if(text: str, points: int) -> Expression:
    return {"$cond": [_has(text), points, 0]}


def _has(text: str) -> Expression:
    return {"$gte": [{"$indexOfBytes": ["$search_text", {"$literal": text}]}, 0]}


def _squeezed(text: str) -> str:
    """A name as it is compared with all that is typed: `Next.js`, `nextjs` and `next js` are the same."""
    return "".join(_flat(chunks_of(text)))


def _flat(lists: Iterable[Iterable[str]]) -> Iterable[str]:
    return chain.from_iterable(lists)
