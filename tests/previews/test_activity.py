"""Visits keep sandboxes in use."""

import asyncio

import pytest

from aura_gql.previews import activity as activity_module
from aura_gql.previews.activity import SandboxActivity
from tests.support.previews import PreviewBench
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_sandbox_is_in_use_while_it_is_visited(bench: PreviewBench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(activity_module, "LINGER_S", 0.02)
    service, sandbox_id = bench.below.sandboxes, bench.sandbox_id
    in_use = service._registry.in_use
    activity = SandboxActivity(service)
    before = (await service.get("user-1", sandbox_id)).last_activity_at
    with activity.visit(sandbox_id):
        await until(lambda: in_use(sandbox_id))
        with activity.visit(sandbox_id):
            await asyncio.sleep(0)
        await asyncio.sleep(0.1)
        assert in_use(sandbox_id)
    await until(lambda: not in_use(sandbox_id))
    assert (await service.get("user-1", sandbox_id)).last_activity_at > before
    with activity.visit(sandbox_id):
        await until(lambda: in_use(sandbox_id))
        await activity.close()
        assert not in_use(sandbox_id)


async def test_what_goes_through_a_preview_keeps_its_sandbox_in_use(
    bench: PreviewBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(activity_module, "LINGER_S", 0.02)
    in_use, preview = bench.below.sandboxes._registry.in_use, await bench.preview()
    assert not in_use(bench.sandbox_id)
    _, writer = await asyncio.open_connection("127.0.0.1", bench.port)
    writer.write(f"GET /hang HTTP/1.1\r\nHost: {preview.host}\r\n\r\n".encode())
    await until(lambda: in_use(bench.sandbox_id))
    writer.close()
    await writer.wait_closed()
    await until(lambda: not in_use(bench.sandbox_id))
