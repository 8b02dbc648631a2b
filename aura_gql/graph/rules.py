"""What happens to every operation before it runs: parsed and validated once, bounded, and named without doubt."""

from collections.abc import Iterator

from graphql import DocumentNode, GraphQLError, GraphQLSchema, OperationDefinitionNode
from strawberry.extensions import SchemaExtension

from aura_gql.graph.context import Context
from aura_gql.graph.document_cache import DocumentCache
from aura_gql.graph.introspection import introspects_too_much
from aura_gql.graph.limits import QueryLimits, complexity_error, too_complex, too_many_values
from aura_gql.graph.observer import Observation, OperationObserver
from aura_gql.graph.validation import validate_document
from aura_gql.kernel.errors import ErrorCode


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


class OperationRules(SchemaExtension):
    """The house's only extension: each one costs every operation."""

    def __init__(self, documents: DocumentCache, limits: QueryLimits, observer: OperationObserver) -> None:
        """One for each operation, over what the schema shares."""
        self._documents = documents
        self._limits = limits
        self._observer = observer
        self._observation: Observation
        self._is_known = False

    def on_operation(self) -> Iterator[None]:
        """Have the operation observed from its arrival to its end."""
        observation = self._observation = self._observer.begin(self.execution_context)
        try:
            yield
        except BaseException as error:
            observation.failed(error)
            raise
        finally:
            observation.end()

    def on_parse(self) -> Iterator[None]:
        """Take a document that is known; else let it be parsed, up to the limit of tokens."""
        execution = self.execution_context
        execution.parse_options["max_tokens"] = self._limits.max_tokens
        known = self._documents.get(execution.query or "")
        if known is not None:
            self._is_known = True
            execution.graphql_document = known
        yield

    def on_validate(self) -> Iterator[None]:
        """Measure first, since validating something huge is what the limits are to prevent; then validate."""
        execution = self.execution_context
        document = execution.graphql_document
        if document is not None:
            errors = [] if self._is_known else document_errors(execution.schema._schema, document, self._limits)
            if not errors and execution.query:
                self._documents.put(execution.query, document)
            values = too_many_values(execution.variables, self._limits)
            execution.pre_execution_errors = errors or values or self._ambiguity(document)
            if not errors:
                self._observation.accepted()
        yield

    def on_stream_result(self, result: object) -> Iterator[None]:
        """Have the next event of a subscription read afresh."""
        context = self.execution_context.context
        if isinstance(context, Context):
            context.loaders.clear()
        self._observation.sent()
        yield

    def _ambiguity(self, document: DocumentNode) -> list[GraphQLError]:
        if self.execution_context._provided_operation_name is not None:
            return []
        if sum(isinstance(definition, OperationDefinitionNode) for definition in document.definitions) < 2:
            return []
        message = "The document has several operations: say by `operationName` which one to run."
        return [GraphQLError(message, extensions={"code": ErrorCode.BAD_REQUEST.value})]
