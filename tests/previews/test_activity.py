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
