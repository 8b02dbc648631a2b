"""Batched reads of one operation, so that a list never costs a query for each of its items."""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Any, TypeVar

from strawberry.dataloader import DataLoader

KeyT = TypeVar("KeyT", bound=Hashable)
ValueT = TypeVar("ValueT")


class Loaders:
    """The DataLoaders of one operation, each made when first asked for.

    A room has a function for each of its loaders, which is also the loader's name:
    `def templates(context): return context.loaders.get(templates, fetch)`.
    """

    __slots__ = ("_by_name",)

    def __init__(self) -> None:
        """Begin with none."""
        self._by_name: dict[Hashable, DataLoader[Any, Any]] = {}

    def get(
        self, name: Hashable, fetch: Callable[[list[KeyT]], Awaitable[Sequence[ValueT | BaseException]]]
    ) -> DataLoader[KeyT, ValueT]:
        """The loader called `name`; `fetch` answers a list of keys with as many values, in their order."""
        loader: DataLoader[KeyT, ValueT] | None = self._by_name.get(name)
        if loader is None:
            loader = self._by_name[name] = DataLoader(load_fn=fetch)
        return loader

    def clear(self) -> None:
        """Forget what was read, since each event of a subscription must show the present."""
        self._by_name.clear()
