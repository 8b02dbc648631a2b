"""Telling results of operations apart."""

from graphql import GraphQLError
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError

from aura_gql.graph.results import has_no_source

SOMEWHERE = GraphQLError("m", path=["field"])
NOWHERE = GraphQLError("m")


def test_an_operation_that_ran_is_told_from_one_that_could_not() -> None:
    assert has_no_source(PreExecutionError(data=None, errors=[NOWHERE]))
    assert has_no_source(ExecutionResult(data=None, errors=[NOWHERE]))
    assert not has_no_source(ExecutionResult(data=None, errors=[SOMEWHERE]))
    assert not has_no_source(ExecutionResult(data={"a": None}, errors=[NOWHERE]))
    assert not has_no_source(ExecutionResult(data=None, errors=None))
