"""Every language that this machine has, on real machines: what it gets, what it prints and how it ends."""

import asyncio

import pytest
from bson import ObjectId

from aura_gql.executions.errors import LanguageUnavailable
from aura_gql.executions.languages import LANGUAGES, script_path, shell_argv
from aura_gql.executions.records import CodeRequest, ExecutionErrorType, ExecutionLanguage, ExecutionStatus
from tests.support.execution_bench import ExecutionBench
from tests.support.programs import EXIT_CODE, PRINTED, PROGRAMS
from tests.support.sandboxes import OWNER

Type = ExecutionErrorType


def test_every_language_is_in_the_table() -> None:
    assert list(LANGUAGES) == list(ExecutionLanguage)
    assert list(PROGRAMS) == list(ExecutionLanguage)


def test_code_runs_from_a_file_of_its_own() -> None:
    execution_id = ObjectId()
    path = script_path(ExecutionLanguage.PYTHON, execution_id)
    assert path == f".aura-{execution_id}.py"
    python = LANGUAGES[ExecutionLanguage.PYTHON].toolchains[0]
    assert python.command(path, ["a", "b c"]) == ["python3", "-u", path, "a", "b c"]


def test_arguments_of_a_command_are_positional() -> None:
    assert shell_argv('echo "$1"', ["x y"]) == ["bash", "-lc", 'echo "$1"', "bash", "x y"]


@pytest.mark.parametrize("language", ExecutionLanguage)
async def test_a_language_keeps_its_promises(bench: ExecutionBench, language: ExecutionLanguage) -> None:
    sandbox_id, programs = await bench.sandbox(), PROGRAMS[language]
    request = CodeRequest(sandbox_id, language, programs.works, ("a b",), "Åsa".encode(), (("GREETING", "grüß"),))
    try:
        started = await bench.executions.execute_code(OWNER, request)
    except LanguageUnavailable as error:
        pytest.skip(error.message)
    works, breaks, invalid = await asyncio.gather(
        bench.ended(started),
        bench.code(sandbox_id, programs.breaks, language=language),
        bench.code(sandbox_id, programs.invalid, language=language),
    )
    assert (works.stdout.decode(), works.record.exit_code) == (PRINTED + "\n", EXIT_CODE), works.stderr.decode()
    assert (works.record.error_type, breaks.record.error_type) == (Type.RUNTIME, Type.RUNTIME)
    assert b"SyntaxError" in breaks.stderr
    assert (invalid.record.status, invalid.record.error_type) == (ExecutionStatus.FAILED, Type.SYNTAX), invalid
    assert invalid.stdout == b""
    assert invalid.stderr
    assert (await bench.command(sandbox_id, "ls -A")).stdout == b""
