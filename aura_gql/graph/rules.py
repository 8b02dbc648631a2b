"""What happens to every operation before it runs: parsed and validated once, bounded, and named without doubt."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from typing import Any

from graphql import DocumentNode, GraphQLError, GraphQLSchema, OperationDefinitionNode, parse
from strawberry.extensions.runner import SchemaExtensionsRunner
from strawberry.types import ExecutionContext
from strawberry.types.graphql import OperationType

from aura_gql.graph.context import Context
from aura_gql.graph.cost import OperationCost
from aura_gql.graph.cost_budget import Bill, CostBudget, used_points
from aura_gql.graph.cost_plan import CostPlan, plan_costs
from aura_gql.graph.cost_weights import CostTable
from aura_gql.graph.document_cache import DocumentCache
from aura_gql.graph.introspection import introspects_too_much
from aura_gql.graph.limits import QueryLimits, complexity_error, too_complex, too_many_values
from aura_gql.graph.observer import Observation, OperationObserver
from aura_gql.graph.validation import validate_document
from aura_gql.kernel.errors import ErrorCode, TookTooLong

_NOTHING = parse("{ __typename }")
"""Stands in for a document that nobody has paid for, so that it is not even parsed."""


def document_errors(schema: GraphQLSchema, document: DocumentNode, limits: QueryLimits) -> list[GraphQLError]:
    """Why no operation of `document` may run, whatever its variables."""
    try:
        return (
            too_complex(document, limits)
            or introspects_too_much(document)
            or validate_document(schema, document, introspection=limits.introspection)
        )
    except RecursionError:
        return [complexity_error("The document nests too deeply.")]


_UNBOUNDED = nullcontext()


class OperationRules(SchemaExtensionsRunner):
    """The phases of one operation, in place of Strawberry's runner of extensions: that one inspects each hook of each
    extension anew for every operation, which takes longer than all that happens here.
    """

    def __init__(
        self,
        execution_context: ExecutionContext,
        documents: DocumentCache,
        limits: QueryLimits,
        observer: OperationObserver,
        costs: CostTable,
        budget: CostBudget | None,
    ) -> None:
        """One for each operation, over what the schema shares; without a `budget` operations cost nothing."""
        super().__init__(execution_context)
        self._documents = documents
        self._limits = limits
        self._observer = observer
        self._observation: Observation
        self._costs = costs
        self._budget = budget
        self._bill: Bill | None = None
        self._plan: CostPlan | None = None
        self._cost: OperationCost | None = None
        self._refusal: GraphQLError | None = None
        self._is_told = False

    @asynccontextmanager
    async def operation(self) -> AsyncIterator[None]:  # type: ignore[override]
        """Have the operation observed from its arrival to its end."""
        observation = self._observation = self._observer.begin(self.execution_context)
        try:
            yield
        except BaseException as error:
            observation.failed(error)
            raise
        finally:
            observation.end()

    @asynccontextmanager
    async def parsing(self) -> AsyncIterator[None]:  # type: ignore[override]
        """Take a document that is known; else let it be parsed, up to the limit of tokens, and pay for that."""
        execution = self.execution_context
        execution.parse_options["max_tokens"] = self._limits.max_tokens
        self._open_bill()
        known = self._documents.get(execution.query or "")
        if known is not None:
            execution.graphql_document, self._plan = known
        elif self._bill and execution.query and (refusal := await self._bill.read(execution.query)):
            self._refusal = GraphQLError(refusal.message, original_error=refusal)
            execution.graphql_document, execution._provided_operation_name = _NOTHING, None
        yield

    @asynccontextmanager
    async def validation(self) -> AsyncIterator[None]:  # type: ignore[override]
        """Measure first, since validating something huge is what the limits are to prevent; then validate, then pay."""
        execution = self.execution_context
        document = execution.graphql_document
        if self._refusal:
            execution.pre_execution_errors = [self._refusal]
        elif document is not None:
            errors = self._wrong_document(document)
            values = too_many_values(execution.variables, self._limits)
            execution.pre_execution_errors = errors or values or self._ambiguity(document) or await self._unpaid()
            if not errors:
                self._observation.accepted()
        yield

    @asynccontextmanager
    async def _within_time(self) -> AsyncIterator[None]:
        limit_s = self._limits.timeout_s
        try:
            async with asyncio.timeout(limit_s):
                yield
        except TimeoutError:
            raise TookTooLong(f"The query took longer than {limit_s:g} s; ask for less at once.") from None

    def executing(self) -> Any:
        """Run it; TookTooLong where a query exceeds its time. Mutations and subscriptions have bounds of their own."""
        is_query = self.execution_context.operation_type is OperationType.QUERY
        return self._within_time() if is_query else _UNBOUNDED

    async def get_extensions_results(self, ctx: ExecutionContext) -> dict[str, Any]:
        """What the operation cost: with its answer, of a subscription with its first event."""
        if self._bill is None or self._is_told:
            return {}
        return {"cost": await self._bill.settle(self._used())}

    def on_stream_result(self, result: object) -> Any:
        """Have the next event of a subscription read afresh."""
        self._is_told = True
        context = self.execution_context.context
        if isinstance(context, Context):
            context.loaders.clear()
            context.content_bytes = 0
        self._observation.sent()
        return _UNBOUNDED

    def _open_bill(self) -> None:
        context = self.execution_context.context
        if self._budget is not None and isinstance(context, Context):
            self._bill = context.bill = self._budget.open_bill(context.viewer, context.client)

    def _wrong_document(self, document: DocumentNode) -> list[GraphQLError]:
        """Why nothing of the document may run; else it is kept, with the plan of what it costs."""
        execution = self.execution_context
        if self._plan is not None:
            return []
        if errors := document_errors(execution.schema._schema, document, self._limits):
            return errors
        try:
            self._plan = plan_costs(document, self._costs.roots, self._costs.price_of)
        except RecursionError:
            return [complexity_error("The document nests too deeply.")]
        if execution.query:
            self._documents.put(execution.query, document, self._plan)
        return []

    async def _unpaid(self) -> list[GraphQLError]:
        execution, bill = self.execution_context, self._bill
        if bill is None or self._plan is None:
            return []
        cost = self._plan.get(execution.operation_name or "") or next(iter(self._plan.values()))
        refusal = await bill.run(cost, execution.variables)
        if refusal is None:
            self._cost = cost
            return []
        return [refusal if isinstance(refusal, GraphQLError) else GraphQLError(refusal.message, original_error=refusal)]

    def _used(self) -> int:
        """The points that the operation used; nothing where it did not run."""
        execution, cost = self.execution_context, self._cost
        if cost is None:
            return 0
        variables, errors, result = execution.variables, execution.pre_execution_errors, execution.result
        if execution.operation_type is OperationType.SUBSCRIPTION:
            return used_points(cost, variables, None, errors) if errors else cost.requested(variables)
        if result is None:
            return cost.requested(variables)
        if result.data is None and all(error.path is None for error in result.errors or ()):
            return 0
        return used_points(cost, variables, result.data, result.errors)

    def _ambiguity(self, document: DocumentNode) -> list[GraphQLError]:
        if self.execution_context._provided_operation_name is not None:
            return []
        if sum(isinstance(definition, OperationDefinitionNode) for definition in document.definitions) < 2:
            return []
        message = "The document has several operations: say by `operationName` which one to run."
        return [GraphQLError(message, extensions={"code": ErrorCode.BAD_REQUEST.value})]
