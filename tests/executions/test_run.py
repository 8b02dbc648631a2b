"""What runs in a sandbox, good and bad, and how it ends: on real machines."""

import signal
from pathlib import Path

import pytest

from aura_gql.executions.records import (
    CommandRequest,
    ExecutionErrorType,
    ExecutionLanguage,
    ExecutionLimits,
    ExecutionStatus,
)
from aura_gql.infra.mongo import Database
from aura_gql.sandboxes.providers.local.limits import MIB, LocalLimits
from aura_gql.sandboxes.providers.local.provider import LocalProvider
from tests.support.execution_bench import ExecutionBench, execution_bench
from tests.support.sandboxes import OWNER

Status = ExecutionStatus
Type = ExecutionErrorType
Language = ExecutionLanguage
SMALL = LocalLimits(memory_bytes=192 * MIB, tmp_bytes=16 * MIB, shm_bytes=8 * MIB, cpu_seconds=1)
# Touches more than that, in pieces which nobody refuses, and holds on to it.
HOG = "import time\nheld = [b'x' * 10_000_000 for _ in range(27)]\ntime.sleep(600)\n"


async def test_python_runs_as_a_file_of_the_project(bench: ExecutionBench) -> None:
    sandbox_id = await bench.sandbox({"lib/greet.py": b"def greet(name): return f'Hello {name}'\n"})
    done = await bench.code(
        sandbox_id,
        "import sys\nfrom lib.greet import greet\nprint(greet(sys.stdin.read()), sys.argv[1:])\n1 / 0\n",
        args=("a b", "c"),
        stdin="Åsa".encode(),
    )
    assert done.stdout.decode() == "Hello Åsa ['a b', 'c']\n"
    assert b"line 4, in <module>\n    1 / 0\n" in done.stderr
    assert (done.record.status, done.record.error_type, done.record.exit_code) == (Status.FAILED, Type.RUNTIME, 1)
    assert done.record.stdout_bytes == len(done.stdout)
    listing = await bench.command(sandbox_id, "ls -A")
    assert b".aura-" not in listing.stdout


async def test_javascript_requires_from_the_project(bench: ExecutionBench) -> None:
    sandbox_id = await bench.sandbox({"lib.js": b"module.exports = (x) => x * 2;\n"})
    code = "const twice = require('./lib');\nconsole.log(twice(21), process.argv.slice(2));\n"
    done = await bench.code(sandbox_id, code, language=Language.JAVASCRIPT, args=("x",))
    assert done.stdout == b"42 [ 'x' ]\n"
    assert done.record.status is Status.COMPLETED


async def test_modules_are_what_package_json_says(bench: ExecutionBench) -> None:
    files = {"package.json": b'{"type": "module"}', "lib.js": b"export const answer = 42;\n"}
    sandbox_id = await bench.sandbox(files)
    done = await bench.code(
        sandbox_id, "import { answer } from './lib.js';\nconsole.log(answer);", language=Language.JAVASCRIPT
    )
    assert done.stdout == b"42\n"


async def test_bash_runs_with_arguments(bench: ExecutionBench) -> None:
    done = await bench.code(
        await bench.sandbox(), 'read line; echo "$line:$1:$#"', language=Language.BASH, args=("x", "y"), stdin=b"in\n"
    )
    assert done.stdout == b"in:x:2\n"


async def test_code_of_the_greatest_size_runs(bench: ExecutionBench) -> None:
    code = "print('end')\n".rjust(bench.limits.max_code_bytes, "#").replace("#print", "\nprint")
    done = await bench.code(await bench.sandbox(), code)
    assert done.stdout == b"end\n"


async def test_a_command_runs_in_its_folder_with_its_environment(bench: ExecutionBench) -> None:
    sandbox_id = await bench.sandbox({"src/a.txt": b"x"})
    request = CommandRequest(
        sandbox_id, 'ls; echo "$GREETING $1"; cat', cwd="src", args=("you",), stdin=b"in", env=(("GREETING", "hi"),)
    )
    done = await bench.ended(await bench.executions.run_command(OWNER, request))
    assert done.stdout == b"a.txt\nhi you\nin"
    record = done.record
    assert record.status is Status.COMPLETED
    assert record.exit_code == 0
    assert record.duration_ms is not None
    assert record.queued_ms is not None
    assert record.cpu_time_ms is not None
    assert record.peak_memory_bytes is not None
    assert record.peak_memory_bytes > 0


@pytest.mark.parametrize(
    ("command", "exit_code", "signal"), [("exit 3", 3, None), ("kill -9 $$", None, 9), ("no-such-program", 127, None)]
)
async def test_a_failure_tells_how(
    bench: ExecutionBench, command: str, exit_code: int | None, signal: int | None
) -> None:
    record = (await bench.command(await bench.sandbox(), command)).record
    assert (record.status, record.error_type) == (Status.FAILED, Type.RUNTIME)
    assert (record.exit_code, record.signal) == (exit_code, signal)
    assert record.error_message


async def test_a_missing_folder_is_no_crash(bench: ExecutionBench) -> None:
    request = CommandRequest(await bench.sandbox(), "ls", cwd="nowhere")
    record = (await bench.ended(await bench.executions.run_command(OWNER, request))).record
    assert (record.status, record.error_type) == (Status.FAILED, Type.SETUP)
    assert record.error_message


async def test_a_loop_runs_into_its_timeout_with_its_whole_tree(bench: ExecutionBench) -> None:
    sandbox_id = await bench.sandbox()
    command = "trap '' TERM; (setsid sleep 1000 &) ; while :; do sleep 1; done"
    done = await bench.command(sandbox_id, command, timeout_ms=500)
    assert (done.record.status, done.record.error_type) == (Status.FAILED, Type.TIMEOUT)
    assert done.record.error_message == "It ran longer than 500 ms and was stopped."
    assert (
        b"sleep" not in (await bench.command(sandbox_id, "cat /proc/*/cmdline 2>/dev/null | tr '\\0' ' '; true")).stdout
    )


async def test_a_flood_is_cut_at_the_limit(database: Database, tmp_path: Path) -> None:
    limits = ExecutionLimits(output_limit=1_000_000)
    async with execution_bench(database, tmp_path, limits) as bench:
        done = await bench.command(await bench.sandbox(), "head -c 100000000 /dev/zero | tr '\\0' x")
        assert (done.record.status, done.record.error_type) == (Status.FAILED, Type.OUTPUT_LIMIT)
        assert done.record.truncated
        assert done.stdout == b"x" * 1_000_000


async def test_a_little_too_much_that_ends_by_itself_is_told_too(database: Database, tmp_path: Path) -> None:
    async with execution_bench(database, tmp_path, ExecutionLimits(output_limit=10)) as bench:
        done = await bench.command(await bench.sandbox(), "printf 12345678901")
        assert (done.record.error_type, done.stdout) == (Type.OUTPUT_LIMIT, b"1234567890")


async def test_bytes_that_are_no_text_come_as_they_are(bench: ExecutionBench) -> None:
    code = "import sys\nsys.stdout.buffer.write(bytes(range(256)))\n"
    done = await bench.code(await bench.sandbox(), code)
    assert done.stdout == bytes(range(256))


async def test_stdin_that_nobody_reads_holds_nothing_up(bench: ExecutionBench) -> None:
    done = await bench.code(await bench.sandbox(), "print('done')", stdin=b"x" * bench.limits.max_stdin_bytes)
    assert (done.record.status, done.stdout) == (Status.COMPLETED, b"done\n")


async def test_all_of_stdin_arrives(bench: ExecutionBench) -> None:
    code = "import sys\nprint(len(sys.stdin.buffer.read()))"
    done = await bench.code(await bench.sandbox(), code, stdin=b"x" * bench.limits.max_stdin_bytes)
    assert done.stdout == b"%d\n" % bench.limits.max_stdin_bytes


async def test_a_daemon_that_holds_the_pipes_does_not_hold_the_end_up(bench: ExecutionBench) -> None:
    code = "import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(1000)\nprint('parent')\n"
    done = await bench.code(await bench.sandbox(), code)
    assert (done.record.status, done.stdout) == (Status.COMPLETED, b"parent\n")


@pytest.mark.parametrize("use_cgroups", [True, False])
async def test_too_much_memory_is_told_as_such(database: Database, tmp_path: Path, use_cgroups: bool) -> None:
    provider = LocalProvider(tmp_path / "small", SMALL, use_cgroups=use_cgroups)
    async with execution_bench(database, tmp_path, provider=provider) as bench:
        sandbox_id = await bench.sandbox()
        hog = (await bench.code(sandbox_id, HOG)).record
        assert (hog.status, hog.error_type, hog.exit_code) == (Status.FAILED, Type.MEMORY, None)
        # One that is refused memory and gives up is a program like any other.
        refused = (await bench.code(sandbox_id, "bytearray(10**10)")).record
        assert (refused.error_type, refused.exit_code) == (Type.RUNTIME, 1)


async def test_too_much_cpu_time_is_told_by_its_signal(database: Database, tmp_path: Path) -> None:
    provider = LocalProvider(tmp_path / "small", SMALL)
    async with execution_bench(database, tmp_path, provider=provider) as bench:
        record = (await bench.code(await bench.sandbox(), "while True: pass")).record
        assert (record.error_type, record.signal) == (Type.RUNTIME, signal.SIGXCPU)
        assert record.error_message == "It was ended by signal 24 (SIGXCPU)."


async def test_20000_lines_arrive_whole_in_few_chunks(bench: ExecutionBench) -> None:
    done = await bench.code(await bench.sandbox(), "for n in range(20000): print('line', n)")
    assert done.stdout == b"".join(b"line %d\n" % number for number in range(20_000))
    assert done.record.last_sequence < 2_000


async def test_lines_arrive_while_it_runs(bench: ExecutionBench) -> None:
    sandbox_id = await bench.sandbox()
    record = await bench.start(sandbox_id, "python3 -c \"print('now'); input()\" < <(sleep 1000)")
    await bench.printed(record, b"now\n")
    await bench.executions.cancel(OWNER, record.id)
    assert (await bench.ended(record)).record.status is Status.CANCELLED
