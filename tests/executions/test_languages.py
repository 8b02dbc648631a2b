"""How code and commands become processes."""

from bson import ObjectId

from aura_gql.executions.languages import INTERPRETERS, code_argv, script_path, shell_argv
from aura_gql.executions.records import ExecutionLanguage


def test_every_language_has_an_interpreter() -> None:
    assert set(INTERPRETERS) == set(ExecutionLanguage)


def test_code_runs_from_a_file_of_its_own() -> None:
    execution_id = ObjectId()
    path = script_path(ExecutionLanguage.PYTHON, execution_id)
    assert path == f".aura-{execution_id}.py"
    assert code_argv(ExecutionLanguage.PYTHON, path, ["a", "b c"]) == ["python3", "-u", path, "a", "b c"]


def test_arguments_of_a_command_are_positional() -> None:
    assert shell_argv('echo "$1"', ["x y"]) == ["bash", "-lc", 'echo "$1"', "bash", "x y"]
