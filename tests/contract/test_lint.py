"""The schema and the examples as @graphql-eslint reads them."""

from pathlib import Path
from typing import Any

from tests.support.examples import ROOT
from tests.support.node import needs_node, node_json

LINT = "contract/lint.js"
PLANTED = Path(__file__).parent / "planted"

REFUSED_BY_GRAPHQL = {
    "lone-schema-definition",
    "possible-type-extension",
    "require-nullable-fields-with-oneof",
    "require-type-pattern-with-oneof",
    "unique-directive-names",
    "unique-field-definition-names",
    "unique-operation-types",
    "unique-type-names",
}
"""Rules whose offences can't be planted: graphql-js builds no schema with one, which the linter then reports."""


@needs_node
async def test_the_schema_and_the_examples_keep_every_rule() -> None:
    found = await node_json(LINT, str(ROOT))
    assert found["wrong"] == []
    assert found["undecided"] == [], "rules of the plugin that tests/js/contract/rules.js neither takes nor refuses"


@needs_node
async def test_every_rule_can_fail() -> None:
    found = await node_json(LINT, str(PLANTED))
    assert set(found["rules"]) - {offence["rule"] for offence in found["wrong"]} == REFUSED_BY_GRAPHQL
    assert {offence["message"].rpartition(" for ")[2].split()[0] for offence in of(found, "require-description")} == {
        "enum",
        "field",
        "input",
        "interface",
        "query",
        "subscription",
        "type",
        "union",
    }


@needs_node
async def test_a_schema_that_graphql_refuses_is_reported(tmp_path: Path) -> None:
    (tmp_path / "schema.graphql").write_text("type Query { a: Nothing a: Int }")
    (tmp_path / "examples").mkdir()
    (tmp_path / "examples" / "a.graphql").write_text("# A.\nquery A { a }\n")
    found = await node_json(LINT, str(tmp_path))
    assert {offence["file"] for offence in found["wrong"]} == {"schema.graphql", "examples/a.graphql"}
    assert "Query.a" in found["wrong"][0]["message"]


def of(found: dict[str, Any], rule: str) -> list[dict[str, Any]]:
    return [offence for offence in found["wrong"] if offence["rule"] == rule]
