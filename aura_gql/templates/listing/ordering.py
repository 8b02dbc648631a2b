"""The orders of a list of templates, and the cursors that resume in them.

There is no skipping of rows: a cursor carries the sort keys of its template, and the next page is what sorts behind
them. So a page costs the same wherever it is, and templates that come and go move nothing into it or out of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from bson import ObjectId
from pymongo import ASCENDING, DESCENDING

from aura_gql.kernel.errors import InvalidInput
from aura_gql.kernel.page import decode_cursor, encode_cursor
from aura_gql.templates.listing.search import NOTHING, Search
from aura_gql.templates.records import TemplateOrder, TemplateRecord

SortKey = int | str | datetime | ObjectId

POINTS: Final = "points"
"""The field that a query for the most relevant works out."""

SORTS: Final[dict[TemplateOrder, tuple[tuple[str, int], ...]]] = {
    TemplateOrder.POPULAR: (("popularity", DESCENDING), ("name_folded", ASCENDING), ("_id", ASCENDING)),
    TemplateOrder.NAME: (("name_folded", ASCENDING), ("_id", ASCENDING)),
    TemplateOrder.NEWEST: (("created_at", DESCENDING), ("_id", ASCENDING)),
    TemplateOrder.RELEVANCE: (
        (POINTS, DESCENDING),
        ("popularity", DESCENDING),
        ("name_folded", ASCENDING),
        ("_id", ASCENDING),
    ),
}

_KINDS: Final[dict[TemplateOrder, tuple[type, ...]]] = {
    TemplateOrder.POPULAR: (str, int, str, str),
    TemplateOrder.NAME: (str, str, str),
    TemplateOrder.NEWEST: (str, int, str),
    TemplateOrder.RELEVANCE: (str, int, int, str, str),
}
_MAX_FOLDED = 50
"""Characters of a name that sort it: a cursor has room for them, whatever they are."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_MAX_INT64 = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Listed:
    """A template in a list; `points` say how well it matches the search where that is its order, else they are 0."""

    template: TemplateRecord
    points: int = 0


@dataclass(frozen=True, slots=True)
class Sorting:
    """An order; `search` is what relevance is relevance to, and nothing to the others."""

    order: TemplateOrder
    search: Search = NOTHING

    @property
    def word(self) -> str:
        """What marks the cursors of this order, so that no other takes them: nor does that of another search."""
        if self.order is TemplateOrder.RELEVANCE:
            return f"{self.order.value}:{self.search.digest}"
        return self.order.value


def sorting_of(order: TemplateOrder | None, search: Search) -> Sorting:
    """How to sort: by relevance where a search says nothing else, by popularity where there is no search.

    Without one all are equally relevant, and then the popular ones are first.
    """
    if not search.chunks and order in (None, TemplateOrder.RELEVANCE):
        return Sorting(TemplateOrder.POPULAR)
    return Sorting(order or TemplateOrder.RELEVANCE, search)


def fold_name(name: str) -> str:
    """The name as it is sorted: whatever its case, by its first 50 characters."""
    return name.casefold()[:_MAX_FOLDED]


def to_cursor(sorting: Sorting, listed: Listed) -> str:
    """The cursor that resumes behind a template."""
    template = listed.template
    folded, template_id = fold_name(template.name), str(template.id)
    match sorting.order:
        case TemplateOrder.POPULAR:
            return encode_cursor(sorting.word, template.popularity, folded, template_id)
        case TemplateOrder.NAME:
            return encode_cursor(sorting.word, folded, template_id)
        case TemplateOrder.NEWEST:
            return encode_cursor(sorting.word, (template.created_at - _EPOCH) // _MILLISECOND, template_id)
        case TemplateOrder.RELEVANCE:
            return encode_cursor(sorting.word, listed.points, template.popularity, folded, template_id)


def from_cursor(sorting: Sorting, cursor: str) -> list[SortKey]:
    """The sort keys that `cursor` resumes behind; InvalidInput on `after` for anything but a cursor of this order."""
    word, *keys = decode_cursor(cursor, _KINDS[sorting.order])
    if word != sorting.word or not ObjectId.is_valid(keys[-1]):
        raise _invalid()
    return [*_values(sorting.order, keys[:-1]), ObjectId(str(keys[-1]))]


def behind(order: TemplateOrder, keys: Sequence[SortKey]) -> dict[str, Any]:
    """The condition that a template sorts behind `keys`."""
    fields = [field for field, _ in SORTS[order]]
    alternatives = []
    for depth, (field, direction) in enumerate(SORTS[order]):
        comparison = "$lt" if direction == DESCENDING else "$gt"
        same = dict(zip(fields[:depth], keys[:depth], strict=True))
        alternatives.append({**same, field: {comparison: keys[depth]}})
    return {"$or": alternatives}


def _values(order: TemplateOrder, keys: Sequence[str | int | float]) -> list[SortKey]:
    values: list[SortKey] = []
    for key in keys:
        if isinstance(key, str):
            values.append(key)
        elif abs(key) > _MAX_INT64:
            raise _invalid()
        else:
            values.append(_instant(int(key)) if order is TemplateOrder.NEWEST else int(key))
    return values


def _instant(milliseconds: int) -> datetime:
    try:
        return _EPOCH + milliseconds * _MILLISECOND
    except OverflowError as error:
        raise _invalid() from error


def _invalid() -> InvalidInput:
    return InvalidInput(
        "`after` is a cursor of another list; pass one that this order and this text gave.", field=("after",)
    )
