"""Work that is cut off between two of its steps, as when its process goes."""

import asyncio
from collections.abc import Coroutine, Generator
from types import coroutine
from typing import Any


@coroutine
def cut_short(work: Coroutine[Any, Any, object], at: int) -> Generator[Any, Any, bool]:
    """Do the work up to the `at`-th time that it waits for anything, where it is cancelled; whether it came so far."""
    waits = 0
    try:
        waited = work.send(None)
        while True:
            waits += 1
            waited = work.throw(asyncio.CancelledError()) if waits == at else work.send((yield waited))
    except StopIteration:
        return False
    except asyncio.CancelledError:
        return True
