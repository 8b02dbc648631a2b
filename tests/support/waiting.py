"""Waiting for a condition instead of for a time."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import TypeVar, overload

ResultT = TypeVar("ResultT")

_POLL_S = 0.01


@overload
async def until(predicate: Callable[[], Awaitable[ResultT]], timeout_s: float = ...) -> ResultT: ...


@overload
async def until(predicate: Callable[[], ResultT], timeout_s: float = ...) -> ResultT: ...


async def until(predicate: Callable[[], object], timeout_s: float = 60.0) -> object:
    """The first truthy result of `predicate`, sync or async; AssertionError with the last one after `timeout_s`."""
    deadline = asyncio.get_running_loop().time() + timeout_s
    while True:
        result = predicate()
        value: object = await result if inspect.isawaitable(result) else result
        if value:
            return value
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError(f"Not so within {timeout_s:g} s; at last it was {value!r}.")
        await asyncio.sleep(_POLL_S)
