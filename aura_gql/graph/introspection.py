"""How much of the schema an operation asks for at once, estimated in time linear in the document."""

from collections.abc import Mapping
from types import MappingProxyType

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    OperationDefinitionNode,
    SelectionSetNode,
)

from aura_gql.graph.limits import complexity_error

MAX_INTROSPECTED_VALUES = 40_000
"""About three times what the introspection of GraphiQL and of the usual generators comes to."""

_ROOTS = ("__schema", "__type")

_OCCURRENCES: Mapping[str, float] = MappingProxyType({"types": 100, "fields": 4, "directives": 5, "ofType": 0.5})
"""How often something typically occurs below its parent; what is not named here, once."""


def introspects_too_much(document: DocumentNode) -> list[GraphQLError]:
    """The operations of `document`, which need not be valid yet, whose answers would repeat the schema too often."""
    estimate = _Estimate(document)
    message = "The operation asks for the schema too often; introspect it once."
    return [
        complexity_error(message, [operation])
        for operation in document.definitions
        if isinstance(operation, OperationDefinitionNode)
        and estimate.below(operation.selection_set) > MAX_INTROSPECTED_VALUES
    ]


class _Estimate:
    """Values that selection sets would answer about the schema; each fragment is looked at once."""

    def __init__(self, document: DocumentNode) -> None:
        self._fragments = {
            definition.name.value: definition.selection_set
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self._known: dict[tuple[str, bool], float] = {}

    def below(self, selection_set: SelectionSetNode | None, *, is_inside: bool = False) -> float:
        """Of one selection set; only what is inside of `__schema` or `__type` counts."""
        total = 0.0
        for selection in selection_set.selections if selection_set else ():
            if isinstance(selection, FragmentSpreadNode):
                total += self._fragment(selection.name.value, is_inside)
            elif isinstance(selection, FieldNode):
                total += self._field(selection, is_inside)
            else:
                total += self.below(selection.selection_set, is_inside=is_inside)  # type: ignore[attr-defined]
        return total

    def _field(self, field: FieldNode, is_inside: bool) -> float:
        name = field.name.value
        if not is_inside and name not in _ROOTS:
            return 0.0
        return _OCCURRENCES.get(name, 1) * (1 + self.below(field.selection_set, is_inside=True))

    def _fragment(self, name: str, is_inside: bool) -> float:
        key = (name, is_inside)
        if key not in self._known:
            self._known[key] = 0.0  # A cycle ends here; validation reports it.
            self._known[key] = self.below(self._fragments.get(name), is_inside=is_inside)
        return self._known[key]
