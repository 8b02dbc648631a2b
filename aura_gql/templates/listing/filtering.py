"""Filters as conditions on the templates' documents, each of which an index serves."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from aura_gql.kernel.errors import InvalidInput
from aura_gql.templates.listing.search import Search, alternatives, parse_search
from aura_gql.templates.listing.words import is_short, short_key
from aura_gql.templates.records import TemplateFacetName, TemplateFilter

MAX_FILTER_TAGS: Final = 10
MAX_FILTER_LENGTH: Final = 214
"""Characters of a value to filter by: as many as the name of a package may have."""

_LAST_CHARACTER = "\U0010ffff"

Condition = dict[str, Any]


def check_filter(wanted: TemplateFilter) -> Search:
    """What the text of a filter looks for; InvalidInput on the field of `filter` that is beyond its limits."""
    if len(wanted.tags) > MAX_FILTER_TAGS:
        raise InvalidInput(
            f"`tags` has at most {MAX_FILTER_TAGS} tags, not {len(wanted.tags)}.", field=("filter", "tags")
        )
    values = {"category": wanted.category, "type": wanted.type, "dependency": wanted.dependency}
    for name, value in [*values.items(), *(("tags", tag) for tag in wanted.tags)]:
        if value is not None and len(value) > MAX_FILTER_LENGTH:
            raise InvalidInput(
                f"`{name}` has at most {MAX_FILTER_LENGTH} characters, not {len(value)}.", field=("filter", name)
            )
    return parse_search(wanted.text or "")


def matching(wanted: TemplateFilter, search: Search) -> Condition:
    """The condition that an active template matches a checked filter."""
    clauses: list[Condition] = [
        clause
        for value, clause in (
            (wanted.category, {"category": wanted.category}),
            (wanted.type, {"type": wanted.type}),
            (wanted.dependency, {"dependencies": wanted.dependency}),
        )
        if value is not None
    ]
    if wanted.tags:
        clauses.append({"tags": {"$all": list(wanted.tags)}})
    if search.chunks:
        clauses.append(_has_all(search))
    return {"is_active": True, "$and": clauses} if clauses else {"is_active": True}


def without(wanted: TemplateFilter, facet: TemplateFacetName) -> TemplateFilter:
    """The filter but for what it says of a facet: its counts tell what choosing another value there would give."""
    match facet:
        case TemplateFacetName.CATEGORY:
            return replace(wanted, category=None)
        case TemplateFacetName.TYPE:
            return replace(wanted, type=None)
        case TemplateFacetName.TAG:
            return replace(wanted, tags=())
        case TemplateFacetName.DEPENDENCY:
            return replace(wanted, dependency=None)


def _has_all(search: Search) -> Condition:
    chunks = _all([_any([_has_words(words) for words in alternatives(chunk)]) for chunk in search.chunks])
    return chunks if search.whole is None else _any([chunks, _has_words([search.whole])])


def _all(conditions: Sequence[Condition]) -> Condition:
    return {"$and": conditions} if len(conditions) > 1 else conditions[0]


def _any(conditions: Sequence[Condition]) -> Condition:
    return {"$or": conditions} if len(conditions) > 1 else conditions[0]


def _has_words(beginnings: Sequence[str]) -> Condition:
    return _all([_has_word(beginning) for beginning in beginnings])


def _has_word(beginning: str) -> Condition:
    if is_short(beginning):
        return {"search_terms": short_key(beginning)}
    # One and the same word is between the two: a list could have a word on each side of them, too.
    return {"search_terms": {"$elemMatch": {"$gte": beginning, "$lt": beginning + _LAST_CHARACTER}}}
