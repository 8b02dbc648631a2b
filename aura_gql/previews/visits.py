"""What goes through previews at this moment: counted, and cut off when a preview ends."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from bson import ObjectId

from aura_gql.kernel.clock import utcnow
from aura_gql.previews.errors import PreviewBusy, PreviewNotFound
from aura_gql.previews.records import PreviewRecord


class Visits:
    """The visits of this process by preview."""

    def __init__(self, max_of_preview: int) -> None:
        self._max_of_preview = max_of_preview
        self._open: defaultdict[ObjectId, set[asyncio.Timeout]] = defaultdict(set)

    def __len__(self) -> int:
        return sum(len(cuts) for cuts in self._open.values())

    def preview_ids(self) -> list[ObjectId]:
        """The previews that are being visited."""
        return list(self._open)

    @asynccontextmanager
    async def visit(self, preview: PreviewRecord) -> AsyncIterator[None]:
        """Count for as long as the block lasts. PreviewBusy; PreviewNotFound where the preview ends in its middle."""
        if len(self._open.get(preview.id, ())) >= self._max_of_preview:
            raise PreviewBusy(f"Through this preview go {self._max_of_preview} connections already.")
        left_s = (preview.expires_at - utcnow()).total_seconds()
        cut = asyncio.timeout(left_s)
        try:
            async with cut:
                self._open[preview.id].add(cut)
                yield
        except TimeoutError:
            if cut.expired():
                raise PreviewNotFound("The preview has ended.") from None
            raise
        finally:
            self._open[preview.id].discard(cut)
            if not self._open[preview.id]:
                del self._open[preview.id]

    def end(self, preview_ids: Iterable[ObjectId]) -> None:
        """Cut everything off that goes through these previews."""
        now = asyncio.get_running_loop().time()
        for preview_id in preview_ids:
            for cut in list(self._open.get(preview_id, ())):
                if not cut.expired():
                    cut.reschedule(now)
