"""What an operation costs: by its variables before it runs, and by its answer after.

A point is about 50 microseconds of the server's time. `cost_weights` says what each field costs, `cost_plan` finds the
fields of a document.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from aura_gql.kernel.page import DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE

OPERATION_POINTS = 5
"""What every operation costs beside its fields."""

Path = tuple[str | int, ...]
Values = Mapping[str, object]


_LEFT_OUT = object()


class Count(Enum):
    """How often what is below a field comes."""

    ONCE = "once"
    PAGE = "page"
    ITEMS_OF_PAGE = "items of a page"
    IDS = "ids"
    ESTIMATE = "estimate"


@dataclass(frozen=True, slots=True)
class FieldPrice:
    """What a field costs: `points` for itself; a list one more for each item. `type_name` is what it leads to.

    `estimate` says how many items a list has that takes neither `first` nor `ids`. What `stops` something is to work
    for those who have spent all their points, too.
    """

    points: int = 0
    count: Count = Count.ONCE
    estimate: int = 0
    type_name: str = ""
    stops: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A field of an operation that costs something or leads to one that does.

    `key` is its name in the answer; `size` how many items it asks for, unless `variable` says so.
    """

    key: str
    type_name: str
    price: FieldPrice
    below: "tuple[Step, ...]" = ()
    size: int = 0
    variable: str | None = None


@dataclass(frozen=True, slots=True)
class OperationCost:
    """The cost of one operation, for any variables; `defaults` are those that the operation gives them."""

    steps: tuple[Step, ...]
    defaults: Values

    @property
    def only_stops(self) -> bool:
        """Whether the operation does nothing but end what goes on."""
        return bool(self.steps) and all(step.price.stops for step in self.steps)

    def requested(self, variables: Values | None) -> int:
        """The points that it costs at most, unless a list that takes no `first` holds more than its estimate."""
        return OPERATION_POINTS + _price(self.steps, self._values(variables), DEFAULT_PAGE_SIZE)

    def used(
        self,
        variables: Values | None,
        data: Mapping[str, object] | None,
        failed: Collection[Path] = (),
        refused: Collection[Path] = (),
    ) -> int:
        """The points that it cost: lists by the items that came, nothing for what was left out or refused.

        `failed` holds the paths of all its errors, `refused` of those that say that the caller may not. What an error
        further down took out of the answer costs what was asked for, since it may have run.
        """
        if data is not None and not failed:
            return OPERATION_POINTS + _used(self.steps, data)
        answer = _Answer(self._values(variables), frozenset(failed), frozenset(refused))
        return OPERATION_POINTS + (answer.lost(self.steps) if data is None else answer.used(self.steps, data, ()))

    def _values(self, variables: Values | None) -> Values:
        if not self.defaults:
            return variables or {}
        return {**self.defaults, **(variables or {})}


def _price(steps: Sequence[Step], values: Values, page: int) -> int:
    """What the steps cost at most below a page of so many items."""
    points = 0
    for step in steps:
        count = step.price.count
        points += step.price.points
        if count is Count.ONCE:
            points += _price(step.below, values, page)
        elif count is Count.PAGE:
            points += _price(step.below, values, _page_size(step, values))
        else:
            size = page if count is Count.ITEMS_OF_PAGE else _size(step, values)
            points += size * (1 + _price(step.below, values, page))
    return points


def _page_size(step: Step, values: Values) -> int:
    """As many as `first` asks for, of which 100.0 is one way to say 100; what is out of bounds fails anyway."""
    size = values.get(step.variable) if step.variable else step.size
    return int(min(max(size, 1), MAX_PAGE_SIZE)) if isinstance(size, int | float) else DEFAULT_PAGE_SIZE


def _size(step: Step, values: Values) -> int:
    if step.variable is None:
        return step.size
    ids = values.get(step.variable)
    return len(ids) if isinstance(ids, list) else 1


def _used(steps: Sequence[Step], data: Mapping[str, object]) -> int:
    """What was used of what was asked for, where nothing failed; nearly every answer is one of these."""
    points = 0
    for step in steps:
        value = data.get(step.key, _LEFT_OUT)
        if value is _LEFT_OUT:
            continue
        points += step.price.points
        if isinstance(value, dict):
            if step.below:
                points += _used(step.below, value)
        elif isinstance(value, list):
            points += 0 if step.price.count is Count.ONCE else len(value)
            if step.below:
                points += sum(_used(step.below, item) for item in value if isinstance(item, dict))
    return points


class _Answer:
    """What was used of what was asked for, where something failed."""

    def __init__(self, values: Values, failed: frozenset[Path], refused: frozenset[Path]) -> None:
        self._values = values
        self._failed = failed
        self._refused = refused
        self._torn = {path[:length] for path in failed for length in range(len(path))}

    def lost(self, steps: Sequence[Step]) -> int:
        """The cost of an answer that an error took away as a whole."""
        return sum(self._null(step, (step.key,), (step.key,) not in self._failed) for step in steps)

    def used(self, steps: Sequence[Step], data: Mapping[str, object], path: Path) -> int:
        """The cost of the answer that is `data`, at `path`."""
        points = 0
        for step in steps:
            if step.key not in data:
                continue
            value, here = data[step.key], (*path, step.key)
            if value is None:
                points += self._null(step, here, here in self._torn)
                continue
            points += step.price.points
            if isinstance(value, dict):
                points += self.used(step.below, value, here)
            elif isinstance(value, list):
                points += 0 if step.price.count is Count.ONCE else len(value)
                if step.below:
                    points += self._items(step, value, here)
        return points

    def _items(self, step: Step, items: list[object], path: Path) -> int:
        points = 0
        for index, item in enumerate(items):
            if isinstance(item, dict):
                points += self.used(step.below, item, (*path, index))
            elif (*path, index) in self._torn:
                points += _price(step.below, self._values, DEFAULT_PAGE_SIZE)
        return points

    def _null(self, step: Step, path: Path, may_have_run: bool) -> int:
        if path in self._refused:
            return 0
        return _price((step,), self._values, DEFAULT_PAGE_SIZE) if may_have_run else step.price.points
