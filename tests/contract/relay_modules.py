"""The examples as Relay wants them: each in a module that its names begin with."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from graphql import (
    FragmentDefinitionNode,
    FragmentSpreadNode,
    NameNode,
    Node,
    OperationDefinitionNode,
    StringValueNode,
    Visitor,
    print_ast,
    visit,
)

from tests.support.examples import Example


def write_modules(examples: list[Example], folder: Path) -> list[str]:
    """Write a TypeScript module for each example; the names that their operations have there."""
    for each in examples:
        text = print_ast(visit(each.document, _Renaming(each.name)))
        module = f'import {{ graphql }} from "relay-runtime";\n\ngraphql`\n{text}\n`;\n'
        (folder / f"{each.name}.ts").write_text(module, encoding="utf-8")
    return [_operation_name(each.name, each.operation) for each in examples]


def _operation_name(module: str, operation: OperationDefinitionNode) -> str:
    return module + operation.operation.value.capitalize()


class _Renaming(Visitor):
    """Names operations `<Module><Kind>` and fragments `<Module>_<name>`.

    Block strings become plain ones: Relay's compiler prints them so, but leaves their lines and quotes unescaped.
    """

    def __init__(self, module: str) -> None:
        super().__init__()
        self.module = module

    def leave_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> Node:
        return replace(node, name=NameNode(value=_operation_name(self.module, node)))

    def leave_fragment_definition(self, node: FragmentDefinitionNode, *_: Any) -> Node:
        return replace(node, name=self._fragment_name(node))

    def leave_fragment_spread(self, node: FragmentSpreadNode, *_: Any) -> Node:
        return replace(node, name=self._fragment_name(node))

    def leave_string_value(self, node: StringValueNode, *_: Any) -> Node:
        return replace(node, block=False)

    def _fragment_name(self, node: FragmentDefinitionNode | FragmentSpreadNode) -> NameNode:
        return NameNode(value=f"{self.module}_{node.name.value}")
