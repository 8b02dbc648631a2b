"""A Strawberry schema with the rules of the house: its scalars, limits, caches and errors."""

from collections.abc import Iterable, Mapping

import strawberry
from graphql import GraphQLError, GraphQLSyntaxError, parse
from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from aura_gql import __version__
from aura_gql.graph.attributes import read_directly
from aura_gql.graph.context import Context
from aura_gql.graph.cost_budget import CostBudget
from aura_gql.graph.cost_weights import WEIGHTS, CostTable, Weight
from aura_gql.graph.document_cache import DocumentCache
from aura_gql.graph.errors import translate_all
from aura_gql.graph.limits import QueryLimits
from aura_gql.graph.manifest import ManifestError
from aura_gql.graph.observer import OperationObserver
from aura_gql.graph.rules import OperationRules, document_errors
from aura_gql.graph.scalars import SCALARS
from aura_gql.graph.trusted_documents import TrustedDocuments
from aura_gql.infra.metrics import Metrics
from aura_gql.infra.operation_log import Kept, OperationLog


class HouseSchema(strawberry.Schema):
    """What the view serves. Strawberry calls `process_errors` exactly once for each list of errors, on every path:
    a query, a mutation, one event of a subscription, a document that does not parse. So that is where they turn into
    what clients may see.
    """

    def __init__(
        self,
        query: type,
        mutation: type | None = None,
        subscription: type | None = None,
        types: Iterable[type] = (),
        limits: QueryLimits | None = None,
        observer: OperationObserver | None = None,
        weights: Mapping[str, Weight] = WEIGHTS,
        budget: CostBudget | None = None,
    ) -> None:
        """A schema over these roots; `types` names those that only an interface leads to. `observer` sees everything
        that is asked of it. `weights` says what fields cost, `budget` what callers may spend: without one, as much as
        they like.
        """
        self.documents = DocumentCache()
        self.limits = limits or QueryLimits()
        self.trusted = TrustedDocuments()
        self._budget = budget
        self.observer = observer or OperationObserver(Metrics(__version__), OperationLog(Kept.NONE))
        super().__init__(
            query=query,
            mutation=mutation,
            subscription=subscription,
            types=types,
            config=StrawberryConfig(scalar_map=SCALARS),
        )
        self.costs = CostTable(self._schema, weights)
        read_directly(self._schema)

    def create_extensions_runner(
        self, execution_context: ExecutionContext, extensions: list[SchemaExtension]
    ) -> OperationRules:
        """What every operation passes through; there are no extensions beside it."""
        return OperationRules(execution_context, self.documents, self.limits, self.observer, self.costs, self._budget)

    def trust(self, texts: Mapping[str, str], *, only: bool) -> None:
        """Have documents asked for by their ids, and `only` those run; ManifestError for one that can't."""
        for id, text in texts.items():
            try:
                document = parse(text, max_tokens=self.limits.max_tokens)
            except GraphQLSyntaxError as error:
                raise ManifestError(f"names a document {id} that is not GraphQL: {error.message}") from error
            for wrong in document_errors(self._schema, document, self.limits):
                raise ManifestError(f"names a document {id} that this server can't run: {wrong.message}")
        self.trusted = TrustedDocuments(texts, only=only)

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Replace each error, in place, by its translation."""
        context = execution_context.context if execution_context else None
        request_id = context.request_id if isinstance(context, Context) else ""
        errors[:] = translate_all(errors, request_id, suggests=self.limits.introspection)
        if isinstance(context, Context) and errors:
            context.note_error((errors[0].extensions or {}).get("code"))
