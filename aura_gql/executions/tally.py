"""What became of the executions that this process ran, counted since it began."""

from collections import Counter

from aura_gql.executions.outcome import Outcome
from aura_gql.executions.records import ExecutionErrorType, ExecutionStatus, OutputTotals


class ExecutionTally:
    """`ends` counts executions by how they ended; `chunks` and `output_bytes` what they had printed by then."""

    def __init__(self) -> None:
        """All at zero."""
        self.ends: Counter[tuple[ExecutionStatus, ExecutionErrorType | None]] = Counter()
        self.chunks = 0
        self.output_bytes = 0

    def ended(self, outcome: Outcome, totals: OutputTotals) -> None:
        """Count one that has ended."""
        self.ends[outcome.status, outcome.error_type] += 1
        self.chunks += totals.last_sequence
        self.output_bytes += totals.stdout_bytes + totals.stderr_bytes
