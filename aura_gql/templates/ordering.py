"""The orders of a list of templates, and the cursors that resume in them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from bson import ObjectId
from pymongo import ASCENDING, DESCENDING

from aura_gql.kernel.errors import InvalidInput
from aura_gql.kernel.page import decode_cursor, encode_cursor
from aura_gql.templates.records import TemplateOrder, TemplateRecord

SortKey = int | str | datetime | ObjectId

SORTS: Final[dict[TemplateOrder, tuple[tuple[str, int], ...]]] = {
    TemplateOrder.POPULAR: (("popularity", DESCENDING), ("name_folded", ASCENDING), ("_id", ASCENDING)),
    TemplateOrder.NAME: (("name_folded", ASCENDING), ("_id", ASCENDING)),
    TemplateOrder.NEWEST: (("created_at", DESCENDING), ("_id", ASCENDING)),
}

_KINDS: Final[dict[TemplateOrder, tuple[type, ...]]] = {
    TemplateOrder.POPULAR: (str, int, str, str),
    TemplateOrder.NAME: (str, str, str),
    TemplateOrder.NEWEST: (str, int, str),
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_MAX_INT64 = 2**63 - 1


def fold_name(name: str) -> str:
    """The name as it is sorted: whatever its case."""
    return name.casefold()


def to_cursor(order: TemplateOrder, template: TemplateRecord) -> str:
    """The cursor that resumes behind `template`; it carries its order, so that no other order takes it."""
    template_id = str(template.id)
    if order is TemplateOrder.POPULAR:
        return encode_cursor(order.value, template.popularity, fold_name(template.name), template_id)
    if order is TemplateOrder.NAME:
        return encode_cursor(order.value, fold_name(template.name), template_id)
    return encode_cursor(order.value, (template.created_at - _EPOCH) // _MILLISECOND, template_id)


def from_cursor(order: TemplateOrder, cursor: str) -> list[SortKey]:
    """The sort keys that `cursor` resumes behind; InvalidInput on `after` for anything but a cursor of this order."""
    word, *keys = decode_cursor(cursor, _KINDS[order])
    if word != order.value or not ObjectId.is_valid(keys[-1]):
        raise _invalid()
    return [*_values(order, keys[:-1]), ObjectId(str(keys[-1]))]


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
    return InvalidInput("`after` is a cursor of another list; pass one that this order gave.", field=("after",))
