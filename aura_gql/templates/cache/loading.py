"""Reading for many who want the same at once."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

KeyT = TypeVar("KeyT")
ValueT = TypeVar("ValueT")


@dataclass(slots=True)
class _Load(Generic[ValueT]):
    task: asyncio.Task[ValueT]
    waiting: int = 0


class SharedLoads(Generic[KeyT, ValueT]):
    """Does a piece of work once for all who want its result while it goes on.

    Who is cancelled leaves the others their result; the work itself is cancelled with the last who waits for it.
    """

    def __init__(self) -> None:
        self._loads: dict[KeyT, _Load[ValueT]] = {}

    async def get(self, key: KeyT, work: Callable[[], Coroutine[Any, Any, ValueT]]) -> ValueT:
        """The result of the work that goes on for this key, else of `work`; whatever that raises, for all."""
        load = self._loads.get(key)
        if load is None:
            load = self._loads[key] = _Load(asyncio.create_task(work()))
        load.waiting += 1
        try:
            return await asyncio.shield(load.task)
        finally:
            load.waiting -= 1
            if load.task.done() or not load.waiting:
                load.task.cancel()
                if self._loads.get(key) is load:
                    del self._loads[key]
