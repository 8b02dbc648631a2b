"""The schema beside that of the last release: clients that were written for it still work."""

from pathlib import Path

import pytest

from tests.support.examples import ROOT
from tests.support.node import NodeFailed, needs_node, run_node

DIFF = "contract/diff.js"
RELEASED = Path(__file__).parent / "released.graphql"

_OLD = """
type Query {
  gone: Int
  left: Int @deprecated(reason: "Use `kept`.")
  kept(late: Int @deprecated(reason: "It does nothing."), early: Int): Int
  number: Int!
  word: String
  size: Size
  rest: Rest @deprecated(reason: "Use `kept`.")
  node: Node
}
interface Node { id: ID! }
type Thing implements Node { id: ID! }
type Rest { last: Int }
enum Size { SMALL LARGE }
input Unused { a: Int }
"""
_NEW = """
type Query {
  kept(early: Int, filter: Filter!): Int
  number: Int
  word(in: Filter): String
  size: Size
  node: Node
}
interface Node { id: ID! }
input Filter { a: Int }
enum Size { SMALL MIDDLE }
"""


@needs_node
async def test_nothing_that_was_released_is_broken(capsys: pytest.CaptureFixture[str]) -> None:
    changes = await run_node(DIFF, str(RELEASED), str(ROOT / "schema.graphql"))
    if changes:
        with capsys.disabled():
            print(f"\nsince the last release:\n{changes}", end="")


@needs_node
async def test_what_breaks_clients_is_named(tmp_path: Path) -> None:
    with pytest.raises(NodeFailed) as failed:
        await changes_between(tmp_path, _OLD, _NEW)
    lines = str(failed.value).splitlines()[1:]
    assert sorted(line for line in lines if line.startswith("breaking")) == [
        "breaking: Argument 'filter: Filter!' added to field 'Query.kept'",
        "breaking: Enum value 'LARGE' was removed from enum 'Size'",
        "breaking: Field 'Query.number' changed type from 'Int!' to 'Int'",
        "breaking: Field 'gone' was removed from object type 'Query'",
        "breaking: Type 'Thing' was removed",
    ]


@needs_node
async def test_what_a_release_had_deprecated_may_go(tmp_path: Path) -> None:
    new = _OLD.replace('late: Int @deprecated(reason: "It does nothing."), ', "").replace("type Rest { last: Int }", "")
    new = "\n".join(line for line in new.splitlines() if not line.startswith(("  left", "  rest")))
    changes = await changes_between(tmp_path, _OLD, new.replace("LARGE", "LARGE HUGE"))
    assert sorted(changes.splitlines()) == [
        "dangerous: Argument 'late: Int' was removed from field 'Query.kept'",
        "dangerous: Enum value 'HUGE' was added to enum 'Size'",
        "dangerous: Field 'left' (deprecated) was removed from object type 'Query'",
        "dangerous: Field 'rest' (deprecated) was removed from object type 'Query'",
        "dangerous: Type 'Rest' was removed",
    ]


async def changes_between(folder: Path, old: str, new: str) -> str:
    """What the tool prints of two schemas; NodeFailed with it where the second breaks the first."""
    for name, text in (("old", old), ("new", new)):
        (folder / f"{name}.graphql").write_text(text)
    return await run_node(DIFF, str(folder / "old.graphql"), str(folder / "new.graphql"))
