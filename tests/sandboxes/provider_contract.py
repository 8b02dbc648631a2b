"""What every provider's sandboxes must do: subclass the contracts beside a `provider` fixture.

They run on one event loop a module, `pytest.mark.asyncio(loop_scope="module")`, so that one provider serves them all.
"""

import asyncio
import resource
import secrets
from collections.abc import AsyncIterator
from typing import ClassVar

import pytest
import pytest_asyncio

from aura_gql.kernel.errors import InvalidInput
from aura_gql.sandboxes.errors import CommandNotFound, FileNotInSandbox, SandboxGone, UnsafePath
from aura_gql.sandboxes.ports import Sandbox, SandboxProvider
from aura_gql.sandboxes.values import Command, EndReason, SandboxFile, SandboxSpec
from tests.support.processes import alive, argv_of, finished, first_line, python, run, shell
from tests.support.waiting import until

# What much output may cost at most: the read-ahead and what the allocator keeps, not the output.
MEMORY_GROWTH_KIB = 30_000

DAEMON = """
import os, sys, time
if os.fork():
    os._exit(0)
os.setsid()
if os.fork():
    os._exit(0)
print(os.getpid(), flush=True)
while True:
    time.sleep(60)
"""


class ContractFixtures:
    """A sandbox of the provider under test. Contracts that need what it is not capable of are passed over."""

    needs: ClassVar[str | None] = None

    @pytest.fixture(autouse=True)
    def able(self, provider: SandboxProvider) -> None:
        if self.needs is not None and not getattr(provider.capabilities, self.needs):
            pytest.skip(f"{provider.name} has no {self.needs}")

    @pytest_asyncio.fixture(loop_scope="module")
    async def sandbox(self, provider: SandboxProvider) -> AsyncIterator[Sandbox]:
        sandbox = await provider.create(SandboxSpec(f"contract-{secrets.token_hex(4)}", "project"))
        yield sandbox
        await sandbox.stop()


class ProcessContract(ContractFixtures):
    """Running commands. `much` is more bytes than may ever be kept in memory."""

    much: ClassVar[int] = 100_000_000

    async def test_prints(self, sandbox: Sandbox) -> None:
        outcome = await run(sandbox, "echo", "hello", "big world")
        assert outcome.stdout == b"hello big world\n"
        assert outcome.status.reason is EndReason.EXITED
        assert outcome.status.exit_code == 0
        assert outcome.status.signal is None

    async def test_keeps_stderr_apart(self, sandbox: Sandbox) -> None:
        outcome = await shell(sandbox, "echo out; echo err >&2; echo again > /dev/stderr")
        assert outcome.stdout == b"out\n"
        assert outcome.stderr == b"err\nagain\n"

    async def test_reads_stdin_to_its_end(self, sandbox: Sandbox) -> None:
        data = secrets.token_bytes(300_000)
        process = await sandbox.start_process(Command(["cat"]))
        _, outcome = await asyncio.gather(self._feed(process, data), finished(process))
        assert outcome.stdout == data

    async def _feed(self, process: object, data: bytes) -> None:
        await process.write_stdin(data)  # type: ignore[attr-defined]
        await process.close_stdin()  # type: ignore[attr-defined]
        await process.close_stdin()  # type: ignore[attr-defined]

    async def test_passes_arguments_and_environment_unchanged(self, sandbox: Sandbox) -> None:
        script = "import os, sys; print(sys.argv[1:], os.environ['GREETING'])"
        odd = ["", "a b", "$HOME", "'\"", "ä\n"]
        outcome = await run(sandbox, "python3", "-c", script, *odd, env={"GREETING": "grüß=dich"})
        assert outcome.text == f"{odd} grüß=dich"

    async def test_passes_a_long_argument(self, sandbox: Sandbox) -> None:
        outcome = await run(sandbox, "python3", "-c", "import sys; print(len(sys.argv[1]))", "x" * 100_000)
        assert outcome.text == "100000"

    async def test_tells_the_exit_code(self, sandbox: Sandbox) -> None:
        assert (await shell(sandbox, "exit 3")).status.exit_code == 3

    async def test_tells_the_signal(self, sandbox: Sandbox) -> None:
        status = (await shell(sandbox, "kill -SEGV $$")).status
        assert (status.reason, status.signal, status.exit_code) == (EndReason.SIGNALLED, 11, None)

    async def test_passes_bytes_that_are_not_utf8(self, sandbox: Sandbox) -> None:
        outcome = await python(sandbox, "import sys; sys.stdout.buffer.write(bytes(range(256)))")
        assert outcome.stdout == bytes(range(256))

    async def test_runs_in_a_folder_of_the_project(self, sandbox: Sandbox) -> None:
        await sandbox.write_files([SandboxFile("deep/down/here.txt", b"x")])
        assert (await run(sandbox, "ls", cwd="deep/down")).text == "here.txt"

    async def test_refuses_a_missing_program(self, sandbox: Sandbox) -> None:
        with pytest.raises(CommandNotFound):
            await sandbox.start_process(Command(["no-such-program"]))

    @pytest.mark.parametrize("cwd", ["missing", "../..", "/etc", "a\0b"])
    async def test_refuses_a_bad_working_folder(self, sandbox: Sandbox, cwd: str) -> None:
        with pytest.raises(InvalidInput):
            await sandbox.start_process(Command(["true"], cwd))

    async def test_prints_much_in_bounded_memory(self, sandbox: Sandbox) -> None:
        process = await sandbox.start_process(Command(["head", "-c", str(self.much), "/dev/zero"]))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        size = 0
        async for piece in process.output():
            assert 1 <= len(piece.data) <= 1 << 16
            size += len(piece.data)
        assert size == self.much
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MEMORY_GROWTH_KIB
        assert (await process.wait()).exit_code == 0

    async def test_holds_back_a_process_that_nobody_reads(self, sandbox: Sandbox) -> None:
        script = "import sys; [sys.stdout.write('x' * 65536) for _ in range(100)]; open('finished', 'w')"
        process = await sandbox.start_process(Command(["python3", "-c", script]))
        assert (await shell(sandbox, "test -e finished")).status.exit_code == 1
        assert len((await finished(process)).stdout) == 100 * 65536
        assert await sandbox.read_file("finished", 10) == b""

    async def test_a_stdin_that_is_never_read_stops_nobody(self, sandbox: Sandbox) -> None:
        process = await sandbox.start_process(Command(argv_of("echo ready; exec sleep 600")))
        assert await first_line(process) == "ready"
        writing = asyncio.create_task(process.write_stdin(bytes(1_000_000)))
        await process.terminate(grace_ms=60_000)
        await writing
        await process.write_stdin(b"dropped")
        assert (await process.wait()).signal == 15

    async def test_ends_with_its_main_process_although_a_child_holds_the_pipes(self, sandbox: Sandbox) -> None:
        script = "(trap '' PIPE; while :; do echo late; sleep 0.02; done) & echo $!"
        process = await sandbox.start_process(Command(argv_of(script)))
        outcome = await finished(process)
        assert outcome.status.exit_code == 0
        pid = next(line for line in outcome.text.splitlines() if line != "late")
        assert await alive(sandbox, pid)
        assert [piece async for piece in process.output()] == []
        await process.terminate(grace_ms=0)
        assert not await alive(sandbox, pid)

    async def test_a_daemon_that_prints_lives_on(self, sandbox: Sandbox) -> None:
        script = "(head -c 1000000 /dev/zero; touch printed) & echo started"
        await finished(await sandbox.start_process(Command(argv_of(script))))

        async def printed() -> bool:
            return (await shell(sandbox, "test -e printed")).status.exit_code == 0

        await until(printed)

    async def test_terminate_kills_a_loop_and_its_daemon(self, sandbox: Sandbox) -> None:
        script = f"trap '' TERM; python3 -c '{DAEMON}'; while :; do :; done"
        process = await sandbox.start_process(Command(argv_of(script)))
        daemon = await first_line(process)
        assert await alive(sandbox, daemon)
        await process.terminate(grace_ms=50)
        await process.terminate(grace_ms=50)
        assert (await process.wait()).signal == 9
        assert not await alive(sandbox, daemon)

    async def test_terminate_lets_a_process_end_by_itself(self, sandbox: Sandbox) -> None:
        script = "trap 'echo bye; exit 7' TERM; echo ready; while :; do sleep 0.01; done"
        process = await sandbox.start_process(Command(argv_of(script)))
        assert await first_line(process) == "ready"
        await process.terminate(grace_ms=60_000)
        outcome = await finished(process)
        assert outcome.status.exit_code == 7
        assert outcome.stdout == b"bye\n"

    async def test_measures(self, sandbox: Sandbox) -> None:
        script = "import time; b = b'x' * 50_000_000\nwhile time.process_time() < 0.2: pass"
        status = (await python(sandbox, script)).status
        assert status.cpu_time_ms is None or status.cpu_time_ms >= 200
        assert status.peak_memory_bytes is None or status.peak_memory_bytes > 50_000_000


class SandboxContract(ContractFixtures):
    """Files, and a sandbox's life."""

    async def test_files_go_in_and_out(self, sandbox: Sandbox) -> None:
        await sandbox.write_files(
            [
                SandboxFile("run.sh", b"#!/bin/sh\necho ran", executable=True),
                SandboxFile("deep/er/data.bin", b"\0\xff"),
            ]
        )
        assert (await run(sandbox, "./run.sh")).text == "ran"
        assert await sandbox.read_file("deep/er/data.bin", 2) == b"\0\xff"
        await sandbox.write_files([SandboxFile("deep/er/data.bin", b"new")])
        assert (await run(sandbox, "cat", "deep/er/data.bin")).text == "new"
        assert (await shell(sandbox, "echo more >> deep/er/data.bin; rm run.sh; touch mine")).status.exit_code == 0
        assert await sandbox.read_file("deep/er/data.bin", 100) == b"newmore\n"
        await sandbox.remove_files(["deep/er/data.bin", "mine", "never/there"])
        assert (await shell(sandbox, "find . -type f")).text == ""

    async def test_reading_what_is_not_there(self, sandbox: Sandbox) -> None:
        for path in ("missing", "no/folder/here"):
            with pytest.raises(FileNotInSandbox):
                await sandbox.read_file(path, 10)

    async def test_reading_too_much(self, sandbox: Sandbox) -> None:
        await sandbox.write_files([SandboxFile("large", b"12345")])
        with pytest.raises(InvalidInput):
            await sandbox.read_file("large", 4)

    @pytest.mark.parametrize("path", ["../up", "a/../../up", "/etc/passwd", "", "a//b", "./a", "nul\0", "x" * 5000])
    async def test_refuses_paths_that_lead_out(self, sandbox: Sandbox, path: str) -> None:
        with pytest.raises(UnsafePath):
            await sandbox.read_file(path, 10)
        with pytest.raises(UnsafePath):
            await sandbox.write_files([SandboxFile(path, b"")])
        with pytest.raises(UnsafePath):
            await sandbox.remove_files([path])

    @pytest.mark.parametrize(
        "plant",
        ["ln -s /etc/passwd trap", "ln -s real trap; echo x > real", "mkfifo trap", "mkdir trap", "ln -s trap trap"],
    )
    async def test_refuses_what_is_no_file(self, sandbox: Sandbox, plant: str) -> None:
        assert (await shell(sandbox, plant)).status.exit_code == 0
        with pytest.raises(UnsafePath):
            await sandbox.read_file("trap", 1000)
        with pytest.raises(UnsafePath):
            await sandbox.write_files([SandboxFile("trap", b"")])

    async def test_refuses_folders_that_are_links(self, sandbox: Sandbox) -> None:
        assert (await shell(sandbox, "ln -s /etc out; mkdir in; ln -s in link; touch in/file")).status.exit_code == 0
        for path in ("out/passwd", "link/file"):
            with pytest.raises(UnsafePath):
                await sandbox.read_file(path, 1000)
            with pytest.raises(UnsafePath):
                await sandbox.write_files([SandboxFile(path, b"")])
            with pytest.raises(UnsafePath):
                await sandbox.remove_files([path])

    async def test_removing_a_link_removes_the_link(self, sandbox: Sandbox) -> None:
        assert (await shell(sandbox, "echo kept > real; ln -s real link")).status.exit_code == 0
        await sandbox.remove_files(["link"])
        assert (await run(sandbox, "ls")).text == "real"

    async def test_stop_ends_everything_and_can_be_repeated(self, provider: SandboxProvider) -> None:
        sandbox = await provider.create(SandboxSpec("stopped", "project"))
        process = await sandbox.start_process(Command(["sleep", "600"]))
        gone = asyncio.create_task(sandbox.wait_gone())
        await asyncio.gather(sandbox.stop(), sandbox.stop())
        await sandbox.stop()
        assert await gone
        assert await sandbox.wait_gone()
        assert (await process.wait()).reason is EndReason.LOST
        await process.terminate(grace_ms=10)
        with pytest.raises(SandboxGone):
            await sandbox.start_process(Command(["true"]))
        with pytest.raises(SandboxGone):
            await sandbox.read_file("any", 1)

    async def test_the_same_id_gives_the_same_machine(self, provider: SandboxProvider) -> None:
        first = await provider.create(SandboxSpec("again", "project"))
        await first.write_files([SandboxFile("mark", b"here")])
        second = await provider.create(SandboxSpec("again", "project"))
        assert await second.read_file("mark", 10) == b"here"
        await first.stop()
        third = await provider.create(SandboxSpec("again", "project"))
        assert (await run(third, "ls", "-A")).text == ""
        await third.stop()

    async def test_removes_orphans(self, provider: SandboxProvider) -> None:
        others = [machine.sandbox_id for machine in await provider.list()]
        kept = await provider.create(SandboxSpec("kept", "project"))
        orphan = await provider.create(SandboxSpec("orphan", "project"))
        assert await provider.remove_orphans(["kept", "another", *others]) == ["orphan"]
        assert await orphan.wait_gone()
        assert (await run(kept, "echo", "alive")).text == "alive"
        assert await provider.remove_orphans(["kept", *others]) == []
        await kept.stop()

    async def test_is_well(self, provider: SandboxProvider) -> None:
        health = await provider.health()
        assert health.available
        assert health.detail
        assert provider.name
        assert provider.capabilities.stdin
