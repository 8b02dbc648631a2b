"""The table of error codes, and what is made from it."""

from pathlib import Path

import pytest
from graphql import GraphQLEnumType, build_schema

from aura_gql.kernel.error_codes import ErrorCode, Place
from tests.support import error_page

ROOT = Path(__file__).parents[2]


def test_a_code_is_its_word() -> None:
    assert ErrorCode["NOT_FOUND"] == "NOT_FOUND" == str(ErrorCode.NOT_FOUND)
    assert [code.name for code in ErrorCode] == [code.value for code in ErrorCode]


@pytest.mark.parametrize("code", ErrorCode)
def test_every_code_tells_what_it_means_and_what_to_do(code: ErrorCode) -> None:
    for sentence in (code.facts.meaning, code.facts.advice):
        assert sentence.endswith(".")
        assert "|" not in sentence
    assert all(400 <= status < 600 for status in code.facts.statuses)


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
