"""What every provider's sandboxes must tell of themselves, and how long they live."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import timedelta

import pytest

from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.errors import Unsupported
from aura_gql.sandboxes.errors import SandboxGone
from aura_gql.sandboxes.ports import Sandbox, SandboxProvider
from aura_gql.sandboxes.values import Command, MachineMetrics, SandboxFile, SandboxSpec, TerminalSpec
from tests.sandboxes.provider_contract import ContractFixtures
from tests.support.processes import first_line, run
from tests.support.waiting import until


class LifeContract(ContractFixtures):
    """Limits, clocks and figures."""

    async def test_tells_its_limits(self, sandbox: Sandbox) -> None:
        limits = {name: limit for name, limit in asdict(sandbox.limits).items() if limit is not None}
        assert all(limit["value"] > 0 for limit in limits.values())
        assert "output_bytes" not in limits

    async def test_lives_on_where_it_is_extended(self, provider: SandboxProvider, sandbox: Sandbox) -> None:
        until = utcnow() + timedelta(hours=5)
        if not provider.capabilities.extend:
            with pytest.raises(Unsupported):
                await sandbox.extend(until)
            return
        for _ in range(2):
            await sandbox.extend(until)
        assert (await run(sandbox, "echo", "alive")).text == "alive"

    async def test_what_has_ended_can_not_be_extended(self, provider: SandboxProvider) -> None:
        sandbox = await provider.create(SandboxSpec("ended", "project"))
        await sandbox.stop()
        with pytest.raises((SandboxGone, Unsupported)):
            await sandbox.extend(utcnow())

    async def test_tells_what_it_uses(self, provider: SandboxProvider, sandbox: Sandbox) -> None:
        if not provider.capabilities.metrics:
            with pytest.raises(Unsupported):
                await sandbox.metrics()
            return
        before = await sandbox.metrics()
        # 20 MB of memory and of disk, 30 files, 10 threads, and 0.3 s of CPU time in a child that has ended.
        script = """
import subprocess, threading, time
keep = b"x" * 20_000_000
open("large", "wb").write(keep)
for number in range(29): open(f"small{number}", "w").close()
for _ in range(10): threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
burn = "import time\\nwhile time.process_time() < 0.3: pass"
subprocess.run(["python3", "-c", burn], check=True)
print("ready", flush=True)
time.sleep(600)
"""
        process = await sandbox.start_process(Command(["python3", "-c", script]))
        assert await first_line(process) == "ready"

        async def is_seen() -> MachineMetrics | None:
            found = await sandbox.metrics()
            return found if (found.disk_files or 0) >= (before.disk_files or 0) + 30 else None

        now = await until(is_seen)
        await process.terminate(grace_ms=0)

        assert now is not None
        assert now.at > before.at
        assert grown(before.cpu_time_ms, now.cpu_time_ms, 300)
        assert grown(before.memory_bytes, now.memory_bytes, 20_000_000)
        assert grown(before.disk_bytes, now.disk_bytes, 20_000_000)
        assert grown(before.processes, now.processes, 11)
        assert now.cpu_time_ms is not None or now.cpu_percent is not None
        ended = await sandbox.metrics()
        assert (ended.cpu_time_ms or 0) >= (now.cpu_time_ms or 0)

    async def test_what_has_ended_uses_nothing(self, provider: SandboxProvider) -> None:
        sandbox = await provider.create(SandboxSpec("measured", "project"))
        await sandbox.stop()
        with pytest.raises((SandboxGone, Unsupported)):
            await sandbox.metrics()

    async def test_goes_on_behind_a_pause(self, provider: SandboxProvider, sandbox: Sandbox) -> None:
        if provider.capabilities.pause:
            for _ in range(2):
                await sandbox.pause()
            for _ in range(2):
                await sandbox.resume()
        else:
            for change in (sandbox.pause, sandbox.resume):
                with pytest.raises(Unsupported):
                    await change()
        assert (await run(sandbox, "echo", "alive")).text == "alive"

    async def test_says_what_it_can_not_do(self, provider: SandboxProvider, sandbox: Sandbox) -> None:
        calls: dict[str, Callable[[], Awaitable[object]]] = {
            "terminal": lambda: sandbox.open_terminal(TerminalSpec()),
            "ports": sandbox.ports,
            "watch": lambda: sandbox.watch().__aenter__(),
        }
        for capability, call in calls.items():
            if not getattr(provider.capabilities, capability):
                with pytest.raises(Unsupported):
                    await call()

    async def test_lists_what_there_is(self, provider: SandboxProvider) -> None:
        before = utcnow()
        made = {name: await provider.create(SandboxSpec(name, "project")) for name in ("listed-1", "listed-2")}
        listed = {machine.sandbox_id: machine for machine in await provider.list()}
        assert {name: listed[name].provider_sandbox_id for name in made} == {
            name: sandbox.provider_sandbox_id for name, sandbox in made.items()
        }
        assert all(before <= listed[name].created_at <= utcnow() for name in made)
        assert len({machine.environment for machine in listed.values()}) == 1
        for sandbox in made.values():
            await sandbox.stop()
        assert not {machine.sandbox_id for machine in await provider.list()} & set(made)

    async def test_connects_to_what_runs(self, provider: SandboxProvider) -> None:
        made = await provider.create(SandboxSpec("found", "project"))
        await made.write_files([SandboxFile("mark", b"here")])
        assert await (await provider.connect("found")).read_file("mark", 10) == b"here"
        await made.stop()
        for name in ("found", "never"):
            with pytest.raises(SandboxGone):
                await provider.connect(name)


def grown(before: int | None, now: int | None, by: int) -> bool:
    """Whether a figure rose by that much at least, where the provider tells it."""
    return now is None or before is None or now >= before + by
