"""What a comparison asks of the rooms that count what they store."""

from collections.abc import AsyncIterator
from typing import Protocol

from aura_gql.storage.verifying.records import Miscount


class Counters(Protocol):
    """Totals that a room keeps beside what they are of."""

    def verify(self, *, repair: bool) -> AsyncIterator[Miscount | None]:
        """Each total counted anew: what is wrong with it, and None for one that is right; put right with `repair`.

        Beside changes that others make meanwhile, a total is only called wrong which is.
        """
        ...
