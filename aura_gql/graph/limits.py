"""How large an operation may be, measured in time linear in the document."""

from collections.abc import Mapping
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
)

from aura_gql.kernel.errors import ErrorCode

_ENOUGH = 1 << 30


@dataclass(frozen=True, slots=True)
class QueryLimits:
    """Bounds of one operation, its fragments written out. An introspection by GraphiQL has depth 14 and 212 fields.
    `timeout_s` is how long a query may run; mutations and subscriptions end by the bounds of what they do.

    `max_work` is for all operations of a document together: validation goes through all that each of them reaches.

    Without `introspection` nobody can ask for the schema, nor learn it from what errors suggest.
    """

    max_tokens: int = 4000
    max_depth: int = 16
    max_aliases: int = 100
    max_fields: int = 500
    max_work: int = 5_000
    max_variable_values: int = 20_000
    timeout_s: float = 15.0
    introspection: bool = True


@dataclass(slots=True)
class _Size:
    depth: int = 0
    aliases: int = 0
    fields: int = 0
    work: int = 0


def too_complex(document: DocumentNode, limits: QueryLimits) -> list[GraphQLError]:
    """What exceeds `limits` in any operation of `document`, which need not be valid yet."""
    fragments = {
        definition.name.value: definition.selection_set
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }
    measure = _Measure(fragments)
    errors: list[GraphQLError] = []
    work = 0
    for operation in document.definitions:
        if isinstance(operation, OperationDefinitionNode):
            size = measure.selections(operation.selection_set)
            errors += _exceeded(operation, size, limits)
            work += size.work
    if work > limits.max_work and not errors:
        message = f"The document has {work} fields, spreads and variables in all; the limit is {limits.max_work}."
        return [complexity_error(message)]
    return errors


def too_many_values(variables: Mapping[str, object] | None, limits: QueryLimits) -> list[GraphQLError]:
    """Whether the variables hold more values than `limits` allow, nested ones included: each is checked by its type."""
    found: list[object] = [variables]
    count = 0
    while found:
        value = found.pop()
        inner = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
        count += len(inner)
        if count > limits.max_variable_values:
            return [complexity_error(f"The variables hold more than {limits.max_variable_values} values.")]
        found += inner
    return []


def complexity_error(message: str, nodes: list[OperationDefinitionNode] | None = None) -> GraphQLError:
    """The error of an operation that is too large in some way."""
    return GraphQLError(message, nodes, extensions={"code": ErrorCode.QUERY_TOO_COMPLEX.value})


class _Measure:
    """Sizes of selection sets; each fragment is measured once, so that nested spreads cost nothing."""

    def __init__(self, fragments: dict[str, SelectionSetNode]) -> None:
        self._fragments = fragments
        self._known: dict[str, _Size] = {}

    def selections(self, selection_set: SelectionSetNode | None) -> _Size:
        total = _Size()
        for selection in selection_set.selections if selection_set else ():
            if isinstance(selection, FragmentSpreadNode):
                size = self._fragment(selection.name.value)
                depth, aliases, fields, work = size.depth, size.aliases, size.fields, size.work
            else:
                size = self.selections(selection.selection_set)  # type: ignore[attr-defined]
                depth, aliases, fields, work = size.depth, size.aliases, size.fields, size.work
                if isinstance(selection, FieldNode):
                    depth, aliases, fields = depth + 1, aliases + (selection.alias is not None), fields + 1
                    work += sum(_variables(argument.value) for argument in selection.arguments or ())
            for directive in selection.directives or ():
                work += sum(_variables(argument.value) for argument in directive.arguments or ())
            total.work = min(_ENOUGH, total.work + work + 1)
            total.depth = max(total.depth, depth)
            total.aliases = min(_ENOUGH, total.aliases + aliases)
            total.fields = min(_ENOUGH, total.fields + fields)
        return total

    def _fragment(self, name: str) -> _Size:
        if name not in self._known:
            self._known[name] = _Size()  # A cycle ends here; validation reports it.
            self._known[name] = self.selections(self._fragments.get(name))
        return self._known[name]


def _variables(value: ValueNode) -> int:
    """How many variables a value has."""
    if isinstance(value, VariableNode):
        return 1
    if isinstance(value, ListValueNode):
        return sum(map(_variables, value.values))
    if isinstance(value, ObjectValueNode):
        return sum(_variables(field.value) for field in value.fields)
    return 0


def _exceeded(operation: OperationDefinitionNode, size: _Size, limits: QueryLimits) -> list[GraphQLError]:
    found = (
        (f"is {size.depth} levels deep", size.depth, limits.max_depth),
        (f"has {size.aliases} aliases", size.aliases, limits.max_aliases),
        (f"has {size.fields} fields", size.fields, limits.max_fields),
    )
    return [
        complexity_error(f"The operation {fact}; the limit is {limit}.", [operation])
        for fact, got, limit in found
        if got > limit
    ]
