"""Telling the log, the metrics and the traces how each operation ended."""

from time import perf_counter

from graphql import DocumentNode, FieldNode, OperationDefinitionNode, get_operation_ast
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionContext
from strawberry.types.graphql import OperationType

from aura_gql.graph.context import Context
from aura_gql.infra.metrics import CANCELLED, OK, OTHER, Metrics
from aura_gql.infra.operation_log import OUR_FAULTS, OperationLog
from aura_gql.infra.tracing import Traces
from aura_gql.kernel.errors import DomainError, ErrorCode

MAX_NAME_LENGTH = 64
"""Characters that are kept of an operation's name, which its client chooses."""

_UNKNOWN = "unknown"
_SUBSCRIPTION = "subscription"
_CALLERS_MISTAKES = (CannotGetOperationTypeError, InvalidOperationTypeError)


class OperationObserver:
    """Is shown every operation, whatever its transport, and tells what may be told of it.

    Metrics name an operation by the root field that it begins with: its own name is a stranger's to choose, and would
    make as many series as he likes.
    """

    def __init__(self, metrics: Metrics, log: OperationLog, traces: Traces | None = None) -> None:
        """Over what it tells."""
        self.metrics = metrics
        self.log = log
        self.traces = traces

    def begin(self, execution: ExecutionContext) -> "Observation":
        """Look at an operation that has come in."""
        return Observation(self, execution)

    def refused(self, request_id: str, code: str, status: int | None = None) -> None:
        """Look at something that no operation came of, with the code of its answer: a request over HTTP, which metrics
        count by its `status`, or, without one, what a client began on a socket.
        """
        facts: dict[str, object] = {"request_id": request_id, "transport": "http", "status": status, "outcome": code}
        if status is None:
            facts = {"request_id": request_id, "transport": "websocket", "outcome": code}
            self.metrics.operation_ended(OTHER, _UNKNOWN, code, 0.0)
        self.log.write(code, facts)


class Observation:
    """One operation from its arrival to its end."""

    __slots__ = ("_began", "_events", "_execution", "_field", "_is_told", "_kind", "_name", "_observer", "_outcome")

    def __init__(self, observer: OperationObserver, execution: ExecutionContext) -> None:
        """It arrives now."""
        self._observer = observer
        self._execution = execution
        self._began = perf_counter()
        self._name: str | None = None
        self._kind = _UNKNOWN
        self._field = OTHER
        self._outcome: str | None = None
        self._events = 0
        self._is_told = isinstance(execution.context, Context)

    def accepted(self) -> None:
        """Its document is valid: from now on it has a name."""
        operation = _operation_of(self._execution)
        if operation is None or not self._is_told:
            return
        self._kind = operation.operation.value
        self._name = operation.name.value[:MAX_NAME_LENGTH] if operation.name else None
        self._field = _root_field(operation)
        if self._kind == _SUBSCRIPTION:
            self._observer.metrics.subscription_opened(self._field, self._context.transport)

    def sent(self) -> None:
        """An event of the subscription goes out."""
        if self._kind == _SUBSCRIPTION:
            self._events += 1
            self._observer.metrics.event_sent(self._field)

    def failed(self, error: BaseException) -> None:
        """It ends by an exception. A subscription that was taken for a query comes a second time, or is refused."""
        if isinstance(error, InvalidOperationTypeError) and error.operation_type is OperationType.SUBSCRIPTION:
            self._is_told = False
        elif isinstance(error, DomainError):
            self._outcome = error.code.value
        elif isinstance(error, _CALLERS_MISTAKES):
            self._outcome = ErrorCode.BAD_REQUEST.value
        else:
            self._outcome = ErrorCode.INTERNAL.value if isinstance(error, Exception) else CANCELLED

    def end(self) -> None:
        """It has ended: tell."""
        if not self._is_told:
            return
        context, observer = self._context, self._observer
        duration_s = perf_counter() - self._began
        outcome = context.error_code or self._outcome or OK
        if self._kind == _SUBSCRIPTION:
            observer.metrics.subscription_opened(self._field, context.transport, -1)
        observer.metrics.operation_ended(self._field, self._kind, outcome, duration_s)
        facts: dict[str, object] = {
            "request_id": context.request_id,
            "user_id": context.viewer.id if context.viewer else None,
            "operation": self._name,
            "field": self._field,
            "type": self._kind,
            "transport": context.transport,
            "outcome": outcome,
            "duration_ms": round(duration_s * 1000, 3),
        }
        if context.bill is not None:
            facts["cost"] = context.bill.requested
        if self._kind == _SUBSCRIPTION:
            facts["events"] = self._events
        observer.log.write(outcome, facts)
        if observer.traces is not None:
            self._trace(observer.traces, outcome, duration_s)

    def _trace(self, traces: Traces, outcome: str, duration_s: float) -> None:
        context = self._context
        facts = {
            "graphql.operation.type": self._kind,
            "graphql.operation.name": self._name,
            "aura.field": self._field,
            "aura.outcome": outcome,
            "aura.transport": context.transport,
            "aura.request_id": context.request_id,
        }
        traces.operation_ended(
            f"{self._kind} {self._field}",
            facts,
            duration_s,
            traceparent=context.traceparent,
            is_our_fault=outcome in OUR_FAULTS,
        )

    @property
    def _context(self) -> Context:
        context: Context = self._execution.context
        return context


def _operation_of(execution: ExecutionContext) -> OperationDefinitionNode | None:
    document: DocumentNode | None = execution.graphql_document
    if document is None:
        return None
    return get_operation_ast(document, execution._provided_operation_name)


def _root_field(operation: OperationDefinitionNode) -> str:
    """Of a document that is valid, so that the field is one of the schema's. `other` where a fragment comes first."""
    first = operation.selection_set.selections[0]
    return first.name.value if isinstance(first, FieldNode) else OTHER
