"""How each language's code is run.

The code is put into a file of its own in the project folder (`.aura-…`), run from there and then removed. Only so do
tracebacks show its lines, `argv` and `__file__` mean what they mean elsewhere, imports and requires relative to the
project work, the project's `package.json` says which kind of module it is, and stdin stays free for the user; and an
argument (`-c`, `-e`) can't hold more than 128 KiB.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bson import ObjectId

from aura_gql.executions.records import ExecutionLanguage

SCRIPT_PREFIX = ".aura-"


@dataclass(frozen=True, slots=True)
class Interpreter:
    """The program that runs a language, with its options, and the suffix that it expects of a file."""

    argv: tuple[str, ...]
    suffix: str


INTERPRETERS: dict[ExecutionLanguage, Interpreter] = {
    ExecutionLanguage.PYTHON: Interpreter(("python3", "-u"), ".py"),
    ExecutionLanguage.JAVASCRIPT: Interpreter(("node",), ".js"),
    ExecutionLanguage.BASH: Interpreter(("bash",), ".sh"),
}

LIVE_OUTPUT_ENV = {"PYTHONUNBUFFERED": "1"}
"""Makes programs write their output as it comes, though it goes to no terminal."""


def script_path(language: ExecutionLanguage, execution_id: ObjectId) -> str:
    """Where the code of an execution is put, relative to the project folder."""
    return f"{SCRIPT_PREFIX}{execution_id}{INTERPRETERS[language].suffix}"


def code_argv(language: ExecutionLanguage, path: str, args: Sequence[str]) -> list[str]:
    """The command that runs the code in `path`, from the project folder, with the user's arguments."""
    return [*INTERPRETERS[language].argv, path, *args]


def shell_argv(command: str, args: Sequence[str]) -> list[str]:
    """The command that has a login shell run a line, whose `$1`, `$2`… are the user's arguments."""
    return ["bash", "-lc", command, "bash", *args]
