"""The table of error codes, and what is made from it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import GraphQLEnumType, build_schema

from aura_gql.kernel.error_codes import ErrorCode, Place
from tests.support import error_page

ROOT = Path(__file__).parents[2]
CODE = sorted((ROOT / "aura_gql").rglob("*.py"))


def test_a_code_is_its_word() -> None:
    assert ErrorCode["NOT_FOUND"] == "NOT_FOUND" == str(ErrorCode.NOT_FOUND)
    assert [code.name for code in ErrorCode] == [code.value for code in ErrorCode]


@pytest.mark.parametrize("code", ErrorCode)
def test_every_code_tells_what_it_means_and_what_to_do(code: ErrorCode) -> None:
    for sentence in (code.facts.meaning, code.facts.advice):
        assert sentence.endswith(".")
        assert "|" not in sentence
    assert all(400 <= status < 600 for status in code.facts.statuses)


@pytest.mark.parametrize("code", ErrorCode)
def test_every_code_is_used(code: ErrorCode) -> None:
    name = f"ErrorCode.{code.name}"
    assert any(name in path.read_text() for path in CODE if path.stem != "error_codes")


def test_every_refusal_has_a_status_of_its_code() -> None:
    refusals = [refusal for path in CODE for refusal in _refusals(ast.parse(path.read_text()))]
    assert len(refusals) > 20
    assert [(status, code) for status, code in refusals if status not in ErrorCode[code].facts.statuses] == []


def _refusals(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The statuses and the codes of refusals that are written out; BAD_REQUEST is what goes without saying."""
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call) or _name(call.func) not in {"RequestError", "refusal", "_refuse"}:
            continue
        values = [*call.args, *(keyword.value for keyword in call.keywords)]
        codes = [
            value.attr for value in values if isinstance(value, ast.Attribute) and _name(value.value) == "ErrorCode"
        ]
        for value in values:
            if isinstance(value, ast.Constant) and isinstance(value.value, int):
                yield value.value, codes[0] if codes else "BAD_REQUEST"


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def test_the_page_is_what_the_tables_say() -> None:
    committed = ROOT / "docs" / "errors.md"
    assert committed.read_text() == error_page.render(), "run: python -m tests.support.error_page > docs/errors.md"


def test_the_schema_has_the_codes_of_payloads() -> None:
    enum = build_schema((ROOT / "schema.graphql").read_text()).type_map["UserErrorCode"]
    assert isinstance(enum, GraphQLEnumType)
    told = {name: (value.description or "").replace("\n", " ") for name, value in enum.values.items()}
    assert told == {
        code.value: f"{code.facts.meaning} {code.facts.advice}"
        for code in ErrorCode
        if code.facts.place is not Place.TOP
    }
