"""What may be asked to run, and the answers to what may not."""

from dataclasses import replace

import pytest
from bson import ObjectId

from aura_gql.executions.languages import LANGUAGES
from aura_gql.executions.records import CodeRequest, CommandRequest, ExecutionKind, ExecutionLanguage, ExecutionLimits
from aura_gql.executions.requests import ExecutionPlan, plan_code, plan_command
from aura_gql.kernel.errors import InvalidInput

LIMITS = ExecutionLimits()
CODE = CodeRequest(ObjectId(), ExecutionLanguage.PYTHON, "print(1)")
COMMAND = CommandRequest(ObjectId(), "ls")


def plan(request: CodeRequest | CommandRequest) -> ExecutionPlan:
    """The plan for either kind of request."""
    if isinstance(request, CodeRequest):
        return plan_code(request, LIMITS)
    return plan_command(request, LIMITS)


def test_code_becomes_a_file_and_a_process() -> None:
    request = replace(CODE, args=("a",), env=(("NAME", "värde"),), stdin=b"in")
    python = LANGUAGES[ExecutionLanguage.PYTHON].toolchains[0]
    made = replace(plan_code(request, LIMITS), toolchain=python)
    execution_id = ObjectId()
    script = made.script(execution_id)
    assert script is not None
    assert script.data == b"print(1)"
    command = made.command(script)
    assert list(command.argv) == ["python3", "-u", script.path, "a"]
    assert command.env == {"PYTHONUNBUFFERED": "1", "NAME": "värde"}
    assert (made.kind, made.timeout_ms, made.stdin) == (ExecutionKind.CODE, LIMITS.default_timeout_ms, b"in")


def test_a_command_runs_in_its_folder() -> None:
    made = plan_command(replace(COMMAND, cwd="src/./lib/", args=("x",)), LIMITS)
    assert made.script(ObjectId()) is None
    command = made.command(None)
    assert list(command.argv) == ["bash", "-lc", "ls", "bash", "x"]
    assert command.cwd == "src/lib"


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (replace(CODE, code="x" * (LIMITS.max_code_bytes + 1)), "code"),
        (replace(CODE, code="\ud800"), "code"),
        (replace(CODE, args=("x",) * (LIMITS.max_args + 1)), "args"),
        (replace(CODE, args=("é" * LIMITS.max_arg_bytes,)), "args"),
        (replace(CODE, args=("a\0b",)), "args"),
        (replace(CODE, stdin=b"x" * (LIMITS.max_stdin_bytes + 1)), "stdin"),
        (replace(CODE, env=(("1X", "y"),)), "env"),
        (replace(CODE, env=(("A=B", "y"),)), "env"),
        (replace(CODE, env=(("X", "a\0b"),)), "env"),
        (replace(CODE, env=(("X", "y"),) * (LIMITS.max_env + 1)), "env"),
        (replace(CODE, env=(("X", "y" * 20_000), ("Y", "y" * 20_000))), "env"),
        (replace(CODE, timeout_ms=0), "timeoutMs"),
        (replace(CODE, timeout_ms=LIMITS.max_timeout_ms + 1), "timeoutMs"),
        (replace(CODE, idle_timeout_ms=0), "idleTimeoutMs"),
        (replace(COMMAND, command=" \n"), "command"),
        (replace(COMMAND, command="a\0b"), "command"),
        (replace(COMMAND, command="x" * (LIMITS.max_command_bytes + 1)), "command"),
        (replace(COMMAND, cwd="/etc"), "cwd"),
        (replace(COMMAND, cwd="a/../../b"), "cwd"),
        (replace(COMMAND, cwd=".."), "cwd"),
        (replace(COMMAND, cwd="a\0"), "cwd"),
    ],
)
def test_bad_input_is_named(request_: CodeRequest | CommandRequest, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        plan(request_)
    assert caught.value.field == (field,)


def test_a_fingerprint_tells_requests_apart_and_hides_secrets() -> None:
    made = plan_code(replace(CODE, env=(("TOKEN", "hunter2"),), stdin=b"hunter3"), LIMITS)
    same = plan_code(replace(CODE, env=(("TOKEN", "hunter2"),), stdin=b"hunter3"), LIMITS)
    other = plan_code(replace(CODE, env=(("TOKEN", "hunter4"),), stdin=b"hunter3"), LIMITS)
    assert made.fingerprint() == same.fingerprint()
    assert made.fingerprint() != other.fingerprint()
    assert "hunter" not in str(made.fingerprint())


def test_a_fingerprint_has_what_came_later_only_where_it_is_used() -> None:
    names = ["sandboxId", "kind", "language", "source", "cwd", "args", "stdin", "env", "timeoutMs"]
    plain = plan(COMMAND).fingerprint()
    assert list(plain) == names
    for change in ({"stdin_open": True}, {"idle_timeout_ms": 5}, {"background": True}):
        changed = plan(replace(COMMAND, **change)).fingerprint()
        assert {name: changed[name] for name in names} == plain
        assert len(changed) == len(plain) + 1
