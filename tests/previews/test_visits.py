"""Counting visits and cutting them off."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from bson import ObjectId

from aura_gql.kernel.clock import utcnow
from aura_gql.previews.errors import PreviewBusy, PreviewNotFound
from aura_gql.previews.records import PreviewRecord
from aura_gql.previews.visits import Visits
from tests.support.waiting import until

NOW = utcnow()
PREVIEW = PreviewRecord(ObjectId(), ObjectId(), ObjectId(), "ada", 80, NOW, NOW + timedelta(hours=1), None)
FOREVER = 600


async def stay(visits: Visits, preview: PreviewRecord) -> None:
    async with visits.visit(preview):
        await asyncio.sleep(FOREVER)


async def test_counts_up_to_a_bound_for_each_preview() -> None:
    visits, other = Visits(2), replace(PREVIEW, id=ObjectId())
    staying = [asyncio.create_task(stay(visits, each)) for each in (PREVIEW, PREVIEW, other)]
    await until(lambda: len(visits) == 3)
    with pytest.raises(PreviewBusy):
        await stay(visits, PREVIEW)
    assert set(visits.preview_ids()) == {PREVIEW.id, other.id}
    for task in staying:
        task.cancel()
    await asyncio.wait(staying)
    assert (len(visits), visits.preview_ids()) == (0, [])


async def test_ends_those_of_a_preview() -> None:
    visits, other = Visits(9), replace(PREVIEW, id=ObjectId())
    ended, stays = (asyncio.create_task(stay(visits, each)) for each in (PREVIEW, other))
    await until(lambda: len(visits) == 2)
    visits.end([PREVIEW.id, ObjectId()])
    visits.end([PREVIEW.id])
    with pytest.raises(PreviewNotFound):
        await ended
    assert not stays.done()
    stays.cancel()
    await asyncio.wait({stays})


async def test_ends_when_the_preview_expires() -> None:
    with pytest.raises(PreviewNotFound):
        await stay(Visits(1), replace(PREVIEW, expires_at=utcnow() + timedelta(milliseconds=50)))


async def test_a_timeout_of_the_visitors_own_is_his() -> None:
    with pytest.raises(TimeoutError):
        async with Visits(1).visit(PREVIEW), asyncio.timeout(0):
            await asyncio.sleep(FOREVER)
