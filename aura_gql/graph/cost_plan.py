"""Finding what costs something in a document, in time linear in it: once for each document that is known."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
)

from aura_gql.graph.cost import Count, FieldPrice, OperationCost, Step, Values
from aura_gql.kernel.page import DEFAULT_PAGE_SIZE

PriceOf = Callable[[str, str], FieldPrice]
"""The price of a field, by the name of the type that has it and by its own."""

CostPlan = Mapping[str, OperationCost]
"""What each operation of a document costs, by its name; an operation without one is `""`."""

_SIZED_BY = {Count.PAGE: "first", Count.IDS: "ids"}


def plan_costs(document: DocumentNode, roots: Mapping[str, str], price_of: PriceOf) -> CostPlan:
    """The plan of a valid document; `roots` names the root type of each kind of operation.

    A field that is asked for twice under the same name runs once, and is counted once.
    """
    planner = _Planner(document, price_of)
    return {
        operation.name.value if operation.name else "": OperationCost(
            planner.steps(operation.selection_set, roots[operation.operation.value]), _defaults(operation)
        )
        for operation in document.definitions
        if isinstance(operation, OperationDefinitionNode)
    }


class _Planner:
    """Steps of selection sets; each fragment is looked at once, so that nested spreads cost nothing."""

    def __init__(self, document: DocumentNode, price_of: PriceOf) -> None:
        self._price_of = price_of
        self._known: dict[str, tuple[Step, ...]] = {}
        self._fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }

    def steps(self, selection_set: SelectionSetNode | None, type_name: str) -> tuple[Step, ...]:
        found: list[Step] = []
        for selection in selection_set.selections if selection_set else ():
            if isinstance(selection, FieldNode):
                found += self._field(selection, type_name)
            elif isinstance(selection, FragmentSpreadNode):
                found += self._fragment(selection.name.value)
            elif isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition
                found += self.steps(selection.selection_set, condition.name.value if condition else type_name)
        return merged(found)

    def _field(self, field: FieldNode, type_name: str) -> Iterable[Step]:
        price = self._price_of(type_name, field.name.value)
        below = self.steps(field.selection_set, price.type_name) if price.type_name else ()
        if not below and not price.points and price.count in (Count.ONCE, Count.PAGE):
            return ()
        size, variable = _size_of(field, price)
        return (Step((field.alias or field.name).value, type_name, price, below, size, variable),)

    def _fragment(self, name: str) -> tuple[Step, ...]:
        if name not in self._known:
            fragment = self._fragments[name]
            self._known[name] = self.steps(fragment.selection_set, fragment.type_condition.name.value)
        return self._known[name]


def merged(steps: Iterable[Step]) -> tuple[Step, ...]:
    """The steps with those made one that answer under the same name for the same type."""
    found: dict[tuple[str, str], Step] = {}
    for step in steps:
        key = (step.type_name, step.key)
        earlier = found.get(key)
        if earlier is None:
            found[key] = step
        elif earlier is not step:
            found[key] = replace(earlier, below=merged((*earlier.below, *step.below)))
    return tuple(found.values())


def _size_of(field: FieldNode, price: FieldPrice) -> tuple[int, str | None]:
    """How many items the field asks for: a number, or the variable that says it."""
    if price.count is Count.ESTIMATE:
        return price.estimate, None
    wanted = _SIZED_BY.get(price.count)
    for argument in field.arguments or ():
        if argument.name.value == wanted:
            if isinstance(argument.value, VariableNode):
                return 0, argument.value.name.value
            value = _literal(argument.value)
            return (len(value) if isinstance(value, tuple) else value), None
    return DEFAULT_PAGE_SIZE, None


def _literal(value: ValueNode) -> int | tuple[ValueNode, ...]:
    if isinstance(value, ListValueNode):
        return tuple(value.values)
    if isinstance(value, IntValueNode):
        return int(value.value)
    return DEFAULT_PAGE_SIZE if value.kind == "null_value" else 1


def _defaults(operation: OperationDefinitionNode) -> Values:
    """The defaults of variables that can tell a size."""
    defaults: dict[str, object] = {}
    for definition in operation.variable_definitions or ():
        value = definition.default_value
        if isinstance(value, IntValueNode | ListValueNode):
            size = _literal(value)
            defaults[definition.variable.name.value] = list(size) if isinstance(size, tuple) else size
    return defaults
