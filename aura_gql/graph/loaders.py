"""Batched reads of one operation, so that a list never costs a query for each of its items."""

from collections.abc import Awaitable, Callable, Hashable, Mapping
from typing import TypeVar

from strawberry.dataloader import DataLoader

from aura_gql.auth.records import Viewer
from aura_gql.services import Services

KeyT = TypeVar("KeyT", bound=Hashable)
ValueT = TypeVar("ValueT")


def by_key(fetch: Callable[[list[KeyT]], Awaitable[Mapping[KeyT, ValueT]]]) -> DataLoader[KeyT, ValueT | None]:
    """A loader over a service's method that answers many keys at once; None for a key that its answer lacks."""

    async def load(keys: list[KeyT]) -> list[ValueT | None]:
        found = await fetch(keys)
        return [found.get(key) for key in keys]

    return DataLoader(load_fn=load)


class Loaders:
    """The DataLoaders of one operation, each a `cached_property` and so made when first asked for."""

    def __init__(self, services: Services, viewer: Viewer | None) -> None:
        """One for each operation; the viewer is who the reads are for."""
        self._services = services
        self._viewer = viewer

    def clear(self) -> None:
        """Forget what was read, since each event of a subscription must show the present."""
        self.__dict__ = {"_services": self._services, "_viewer": self._viewer}
