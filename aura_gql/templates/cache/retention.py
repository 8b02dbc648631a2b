"""How long the files of a revision stay known after another has taken its place."""

from datetime import timedelta
from typing import Final

from aura_gql.kernel.background import Periodic
from aura_gql.kernel.clock import utcnow
from aura_gql.templates.cache.documents import drop_replaced, find_replaced
from aura_gql.templates.ports import NeededRevisions

REPLACED_KEPT: Final = timedelta(hours=24)
_EVERY_S = 3_600.0


class ManifestRetention:
    """Drops the manifests of replaced revisions after a day, so that nobody who still reads one is cut short, and
    later where a project that is not made yet is to be made from it. The present revision of a template always stays.
    """

    def __init__(self, needed: NeededRevisions) -> None:
        self._needed = needed
        self._loop = Periodic("replaced templates", _EVERY_S, self._drop)

    def start(self) -> None:
        """Look now, and then each hour."""
        self._loop.start()

    async def stop(self) -> None:
        """No longer."""
        await self._loop.stop()

    async def drop(self) -> int:
        """Drop what is due, up to a thousand revisions; how many manifests."""
        before = utcnow() - REPLACED_KEPT
        due = await find_replaced(before)
        if not due:
            return 0
        return await drop_replaced(before, due - await self._needed(due))

    async def _drop(self) -> None:
        await self.drop()
