"""What is counted of executions."""

from aura_gql.executions.outcome import lost, timed_out
from aura_gql.executions.records import ExecutionErrorType, ExecutionStatus, OutputTotals
from aura_gql.executions.tally import ExecutionTally


def test_ends_and_output_add_up() -> None:
    tally = ExecutionTally()
    tally.ended(timed_out(100), OutputTotals(3, 20, 1))
    tally.ended(lost("It is gone."), OutputTotals(2, 0, 9))
    assert tally.ends == {
        (ExecutionStatus.FAILED, ExecutionErrorType.TIMEOUT): 1,
        (ExecutionStatus.LOST, ExecutionErrorType.LOST): 1,
    }
    assert (tally.chunks, tally.output_bytes) == (5, 30)
