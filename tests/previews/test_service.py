"""Making, revoking and finding previews."""

import asyncio
from datetime import timedelta

import pytest
from bson import ObjectId

from aura_gql.infra.idempotency import MongoIdempotencyKeys
from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.errors import IdempotencyMismatch, InvalidInput
from aura_gql.previews.documents import PreviewUrl
from aura_gql.previews.errors import PreviewNotFound, PreviewsOff, TooManyPreviews
from aura_gql.previews.records import PreviewLimits
from aura_gql.previews.service import PreviewService
from aura_gql.sandboxes.errors import SandboxGone, SandboxNotFound, SandboxNotRunning
from aura_gql.sandboxes.records import SandboxStatus
from tests.support.previews import PORT, PreviewBench
from tests.support.sandboxes import OWNER
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")


def token_of(bench: PreviewBench, url: str | None) -> str:
    assert url is not None
    assert bench.previews.addresses is not None
    token = bench.previews.addresses.token_in(url.split("/")[2])
    assert token is not None
    return token


async def test_is_found_by_its_token_until_it_is_revoked(bench: PreviewBench) -> None:
    made = await bench.previews.create(OWNER, await bench.elsewhere(), PORT)
    token = token_of(bench, made.url)
    assert await bench.previews.behind(token) == made.preview
    assert made.preview.expires_at - made.preview.created_at == timedelta(hours=1)
    with pytest.raises(PreviewNotFound):
        await bench.previews.revoke("somebody else", made.preview.id)
    revoked = await bench.previews.revoke(OWNER, made.preview.id)
    assert revoked.revoked_at is not None
    assert await bench.previews.revoke(OWNER, made.preview.id) == revoked
    with pytest.raises(PreviewNotFound):
        await bench.previews.behind(token)


async def test_keeps_no_token(bench: PreviewBench) -> None:
    made = await bench.previews.create(OWNER, await bench.elsewhere(), PORT)
    stored = await PreviewUrl.get_pymongo_collection().find_one({"_id": made.preview.id})
    assert token_of(bench, made.url) not in str(stored)


async def test_an_expired_one_is_not_found_although_it_is_there(bench: PreviewBench) -> None:
    made = await bench.previews.create(OWNER, await bench.elsewhere(), PORT)
    past = {"$set": {"expires_at": utcnow()}}
    await PreviewUrl.get_pymongo_collection().update_one({"_id": made.preview.id}, past)
    with pytest.raises(PreviewNotFound):
        await bench.previews.behind(token_of(bench, made.url))
    assert await bench.previews.list_for_sandbox(OWNER, made.preview.sandbox_id) == []


async def test_refuses_what_it_can_not_make(bench: PreviewBench) -> None:
    create, sandbox_id = bench.previews.create, await bench.elsewhere()
    for port in (0, -1, 65536):
        with pytest.raises(InvalidInput) as caught:
            await create(OWNER, sandbox_id, port)
        assert caught.value.field == ("port",)
    for seconds in (59, 86401, -1):
        with pytest.raises(InvalidInput) as caught:
            await create(OWNER, sandbox_id, PORT, seconds)
        assert caught.value.field == ("expiresInS",)
    with pytest.raises(SandboxNotFound):
        await create("somebody else", sandbox_id, PORT)
    with pytest.raises(SandboxNotFound):
        await create(OWNER, ObjectId(), PORT)
    off = PreviewService(bench.below.sandboxes, MongoIdempotencyKeys(), PreviewLimits(), None)
    with pytest.raises(PreviewsOff, match="PREVIEW_PORT"):
        await off.create(OWNER, sandbox_id, PORT)


async def test_ends_with_its_sandbox_at_the_latest(bench: PreviewBench) -> None:
    sandbox = await bench.below.running()
    lasts = await bench.previews.create(OWNER, sandbox.id, PORT, 24 * 3600)
    assert lasts.preview.expires_at == sandbox.expires_at
    await bench.below.sandboxes.stop(OWNER, sandbox.id)
    await bench.below.reached(sandbox.id, SandboxStatus.STOPPED)
    with pytest.raises(SandboxNotRunning):
        await bench.previews.create(OWNER, sandbox.id, PORT)
    with pytest.raises(SandboxGone):
        async with bench.previews.visit(lasts.preview):
            raise AssertionError("It has ended.")


async def test_a_machine_that_another_server_holds_is_not_here(bench: PreviewBench) -> None:
    made = await bench.previews.create(OWNER, await bench.elsewhere(), PORT)
    other = PreviewService(bench.below.more(), MongoIdempotencyKeys(), PreviewLimits(), bench.previews.addresses)
    with pytest.raises(SandboxNotRunning):
        async with other.visit(made.preview):
            raise AssertionError("It is elsewhere.")


async def test_has_at_most_so_many_for_a_sandbox(bench: PreviewBench) -> None:
    sandbox_id = await bench.elsewhere()
    made = [await bench.previews.create(OWNER, sandbox_id, PORT) for _ in range(3)]
    results = await asyncio.gather(
        *(bench.previews.create(OWNER, sandbox_id, PORT) for _ in range(3)), return_exceptions=True
    )
    assert all(isinstance(result, TooManyPreviews) for result in results)
    listed = await bench.previews.list_for_sandbox(OWNER, sandbox_id)
    assert [preview.id for preview in listed] == [each.preview.id for each in reversed(made)]
    assert await bench.previews.list_for_sandbox("somebody else", sandbox_id) == []
    await bench.previews.revoke(OWNER, made[0].preview.id)
    await bench.previews.create(OWNER, sandbox_id, PORT)


async def test_the_same_key_gives_the_same_preview_without_its_url(bench: PreviewBench) -> None:
    sandbox_id = await bench.elsewhere()
    made = await bench.previews.create(OWNER, sandbox_id, PORT, None, "key")
    again = await bench.previews.create(OWNER, sandbox_id, PORT, None, "key")
    assert again.preview == made.preview
    assert (made.url is None, again.url) == (False, None)
    with pytest.raises(IdempotencyMismatch):
        await bench.previews.create(OWNER, sandbox_id, PORT + 1, None, "key")


async def test_what_another_server_ended_is_cut_off(bench: PreviewBench) -> None:
    preview = await bench.preview()
    other = PreviewService(bench.below.sandboxes, MongoIdempotencyKeys(), PreviewLimits(), None)

    async def stay() -> None:
        async with bench.previews.visit(preview.record):
            await asyncio.Event().wait()

    staying = asyncio.create_task(stay())
    await until(lambda: bench.previews.count_visits() == 1)
    await bench.previews.patrol()
    await other.revoke(OWNER, preview.record.id)
    assert not staying.done()
    await bench.previews.patrol()
    with pytest.raises(PreviewNotFound):
        await staying


async def test_goes_with_its_project(bench: PreviewBench) -> None:
    preview = await bench.preview()

    async def stay() -> None:
        async with bench.previews.visit(preview.record):
            await asyncio.Event().wait()

    staying = asyncio.create_task(stay())
    await until(lambda: bench.previews.count_visits() == 1)
    await bench.previews.remove_project(preview.record.project_id)
    await bench.previews.remove_project(preview.record.project_id)
    with pytest.raises(PreviewNotFound):
        await staying
    assert await bench.previews.get_many(OWNER, [preview.record.id]) == {}
    assert await bench.previews.get_many(OWNER, []) == {}
