"""The loopback E2B does what the SDK's own calls expect of the real one, and what its users stumble over."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from e2b import AsyncSandbox, SandboxQuery
from e2b.exceptions import NotFoundException, RateLimitException, SandboxException, SandboxNotRunningException

from tests.support.vendors.e2b.cloud import LoopbackE2B
from tests.support.vendors.e2b.state import API_KEY
from tests.support.waiting import until


@pytest.fixture
async def cloud() -> AsyncIterator[LoopbackE2B]:
    async with LoopbackE2B() as cloud:
        yield cloud


def access(cloud: LoopbackE2B) -> dict[str, Any]:
    return {"api_key": API_KEY, "api_url": cloud.url, "sandbox_url": cloud.url, "retries": 0, "debug": False}


async def test_sandboxes_are_listed_by_label_page_by_page(cloud: LoopbackE2B) -> None:
    cloud.state.limit, cloud.state.page = 3, 1
    made = [await AsyncSandbox.create(metadata={"of": of, "n": "a b"}, **access(cloud)) for of in ("x", "y", "x")]
    with pytest.raises(RateLimitException, match="maximum number of concurrent"):
        await AsyncSandbox.create(**access(cloud))
    await made[0].pause()
    pages = AsyncSandbox.list(SandboxQuery(metadata={"of": "x", "n": "a b"}), **access(cloud))
    seen = []
    while pages.has_next:
        seen.append([(each.sandbox_id, each.state.value) for each in await pages.next_items()])
    assert seen == [[(made[0].sandbox_id, "paused")], [(made[2].sandbox_id, "running")]]
    assert len({each.sandbox_id for each in made}) == 3
    assert cloud.checked == 7


async def test_a_key_makes_one_sandbox(cloud: LoopbackE2B) -> None:
    first = await AsyncSandbox.create(idempotency_key="k-1", **access(cloud))
    again = await AsyncSandbox.create(idempotency_key="k-1", **access(cloud))
    other = await AsyncSandbox.create(idempotency_key="k-2", **access(cloud))
    assert first.sandbox_id == again.sandbox_id != other.sandbox_id


async def test_the_clock_ends_a_sandbox_and_breaks_its_streams(cloud: LoopbackE2B) -> None:
    cloud.state.skew_s = 3600
    sandbox = await AsyncSandbox.create(timeout=60, **access(cloud))
    running = await sandbox.commands.run("sleep 60", background=True, timeout=0)
    info = await sandbox.get_info()
    assert (info.started_at - cloud.state.now()).total_seconds() == pytest.approx(0, abs=30)
    with pytest.raises(SandboxException, match="greater than 1 hours"):
        await AsyncSandbox.create(timeout=3601, **access(cloud))
    await sandbox.set_timeout(7200)
    info = await sandbox.get_info()
    assert (info.end_at - info.started_at).total_seconds() == pytest.approx(3600, abs=1)
    await sandbox.set_timeout(0)
    with pytest.raises(SandboxNotRunningException):
        await running.wait()
    with pytest.raises(NotFoundException):
        await sandbox.get_info()
    with pytest.raises(SandboxNotRunningException):
        await sandbox.commands.run("true")
    assert not cloud.state.machines


async def test_commands_outlive_connections_but_not_their_timeout(cloud: LoopbackE2B) -> None:
    sandbox = await AsyncSandbox.create(**access(cloud))
    kept = await sandbox.commands.run("sleep 60 & wait", background=True, timeout=0)
    killed = await sandbox.commands.run("sleep 60 & wait", background=True, timeout=0.2)
    await kept.disconnect()
    await killed.disconnect()
    await until(lambda: _only_runs(sandbox, kept.pid))
    # Nothing but the shell was killed.
    assert (await sandbox.commands.run("pgrep -c sleep")).stdout == "2\n"
    assert await sandbox.commands.kill(kept.pid)
    assert (await sandbox.commands.run("pgrep -c sleep")).stdout == "2\n"
    figures = await sandbox.get_metrics()
    assert [each.cpu_count for each in figures] == [2]


async def _only_runs(sandbox: Any, pid: int) -> bool:
    return [each.pid for each in await sandbox.commands.list()] == [pid]
