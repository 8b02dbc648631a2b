"""The operations of `examples/`: the one source of GraphiQL's tabs, of what documents show, and of the tests' texts.

`python -m tests.support.examples` writes the tabs and the documents anew from it, which `scripts/examples` calls.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    OperationDefinitionNode,
    VariableDefinitionNode,
    parse,
    value_from_ast_untyped,
)

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "examples"
TABS = ROOT / "aura_gql/web/static/graphiql/examples.json"
DOCUMENTS = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))

_BLOCK = re.compile(r"^```(?P<kind>\w+)(?: (?P<file>examples/\S+))?\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_LEADING_COMMENT = re.compile(r"\A(?:#[^\n]*\n)+")


@dataclass(frozen=True, slots=True)
class Example:
    """A file of `examples/`: one named operation with its fragments, under a comment that says what it is for."""

    path: Path
    text: str

    @property
    def document(self) -> DocumentNode:
        return parse(self.text)

    @property
    def operation(self) -> OperationDefinitionNode:
        """Its one operation; ValueError where it has another number."""
        (operation,) = (node for node in self.document.definitions if isinstance(node, OperationDefinitionNode))
        return operation

    @property
    def name(self) -> str:
        """The name of its operation; empty where it has none."""
        return self.operation.name.value if self.operation.name else ""

    @property
    def root_fields(self) -> list[tuple[str, str]]:
        """The kind of its operation, e.g. `query`, with each field that it asks of the root."""
        selections = self.operation.selection_set.selections
        return [(self.operation.operation.value, node.name.value) for node in selections if isinstance(node, FieldNode)]

    @property
    def shown(self) -> str:
        """Its text without the comment, as a document shows it that says the same in prose."""
        return _LEADING_COMMENT.sub("", self.text)

    @property
    def is_of_the_tour(self) -> bool:
        """Whether it is one of the first steps, which GraphiQL's tabs hold."""
        return self.path.parent.name == "tour"


def examples() -> list[Example]:
    """Every example, by path: those of the tour in its order."""
    return [Example(path, path.read_text(encoding="utf-8")) for path in sorted(FOLDER.rglob("*.graphql"))]


def example(name: str) -> str:
    """The operation of this name, without its comment; KeyError where no example has it."""
    return _shown()[name]


def tabs() -> str:
    """The JSON that GraphiQL's page makes its tabs of: the tour, with places for the ids that it asks for."""
    shown = [_tab(each) for each in examples() if each.is_of_the_tour]
    return json.dumps(shown, indent=2, ensure_ascii=False) + "\n"


def refreshed(document: str) -> str:
    """The text of a document, with what it shows of `examples/` as it is there.

    That is each operation under the name of an example, and each block whose fence names a file behind its language.
    """
    shown = _shown()

    def fresh(block: re.Match[str]) -> str:
        if block["file"]:
            text = (ROOT / block["file"]).read_text(encoding="utf-8")
        elif block["kind"] == "graphql":
            text = shown.get(_name_in(block["text"]), block["text"])
        else:
            return block[0]
        return f"{block[0].partition(chr(10))[0]}\n{text}```"

    return _BLOCK.sub(fresh, document)


@cache
def _shown() -> dict[str, str]:
    """The operations without their comments, by name: parsed once, for many tests ask."""
    return {each.name: each.shown for each in examples()}


def _name_in(document: str) -> str:
    """The name of the first operation of a document; empty where it has none."""
    operations = (node for node in parse(document).definitions if isinstance(node, OperationDefinitionNode))
    return next((node.name.value for node in operations if node.name), "")


def _tab(each: Example) -> dict[str, Any]:
    variables = {node.variable.name.value: _placeholder(node) for node in each.operation.variable_definitions or ()}
    return {"query": each.text.splitlines(), **({"variables": variables} if variables else {})}


def _placeholder(node: VariableDefinitionNode) -> Any:
    """A variable's default, or what to put in its place."""
    if node.default_value is not None:
        return value_from_ast_untyped(node.default_value)
    return f"paste the {node.variable.name.value.removesuffix('Id')}'s id"


def _written() -> Iterator[tuple[Path, str]]:
    yield TABS, tabs()
    for path in DOCUMENTS:
        yield path, refreshed(path.read_text(encoding="utf-8"))


def stale() -> list[str]:
    """What is not as the examples make it, as paths below the repository."""
    return [path.relative_to(ROOT).as_posix() for path, text in _written() if path.read_text(encoding="utf-8") != text]


if __name__ == "__main__":
    for path, text in _written():
        path.write_text(text, encoding="utf-8")
