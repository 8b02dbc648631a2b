"""How many uploads may wait on disk at once."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from aura_gql.graph.operation_request import RequestError
from aura_gql.kernel.errors import ErrorCode


class UploadSlots:
    """Bounds the uploads that this process receives at a time, of each user and of all."""

    def __init__(self, per_user: int, in_all: int) -> None:
        self._per_user = per_user
        self._in_all = in_all
        self._taken: Counter[str] = Counter()

    @contextmanager
    def taken(self, user_id: str) -> Iterator[None]:
        """A place for an upload of this user as long as the block lasts; RequestError 429 where there is none."""
        if self._taken[user_id] >= self._per_user:
            message = f"You have {self._per_user} uploads under way; wait until one has ended."
            raise RequestError(429, message, {"retry-after": "1"}, ErrorCode.RATE_LIMITED)
        if self._taken.total() >= self._in_all:
            message = "The server receives as many uploads as it can; try again in a moment."
            raise RequestError(429, message, {"retry-after": "2"}, ErrorCode.RATE_LIMITED)
        self._taken[user_id] += 1
        try:
            yield
        finally:
            self._taken[user_id] -= 1
            if not self._taken[user_id]:
                del self._taken[user_id]
