"""Pages of a long list, read forward by cursor."""

import base64
import binascii
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from aura_gql.kernel.errors import InvalidInput

DEFAULT_PAGE_SIZE = 20
MAX_PAGE_SIZE = 100
_MAX_CURSOR_LENGTH = 1024

ItemT = TypeVar("ItemT")


@dataclass(frozen=True, slots=True)
class PageRequest:
    """`first` items (1 to 100) that follow the opaque cursor `after`; from the start where it is None."""

    first: int = DEFAULT_PAGE_SIZE
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[ItemT]):
    """A slice in a stable order; `cursors[i]` resumes behind `items[i]`. `count` asks the database only when called."""

    items: list[ItemT]
    cursors: list[str]
    has_next: bool
    has_previous: bool
    count: Callable[[], Awaitable[int]]


def encode_cursor(*keys: str | int | float) -> str:
    """The sort keys of one item, the last of them its id, as an opaque cursor."""
    return base64.urlsafe_b64encode(json.dumps(keys, separators=(",", ":")).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, kinds: Sequence[type]) -> list[str | int | float]:
    """The sort keys in `cursor`, checked against `kinds`; InvalidInput on `after` for anything we did not write."""
    try:
        if len(cursor) > _MAX_CURSOR_LENGTH:
            raise ValueError("too long")
        keys = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        if not isinstance(keys, list) or [type(key) for key in keys] != list(kinds):
            raise ValueError("other keys")
    except (ValueError, binascii.Error, RecursionError) as error:
        raise InvalidInput(
            "`after` is not a cursor of this list; pass a `cursor` or `endCursor` that it gave, with the same order.",
            field=("after",),
        ) from error
    return keys
