"""Scalars, in and out, as literals and as variables."""

import pytest

from tests.support.graph import Stage, make_schema


async def ask(field: str, kind: str, value: object, literal: str) -> list[object]:
    answers: list[object] = []
    for query, variables in (
        (f"{{ {field}(value: {literal}) }}", {}),
        (f"query ($v: {kind}) {{ {field}(value: $v) }}", {"v": value}),
    ):
        result = await make_schema().execute(query, variables, context_value=Stage().context())
        answers.append(result.data[field] if result.data else (result.errors or [])[0].message)
    return answers


@pytest.mark.parametrize("value", [0, -(2**63), 2**63 - 1, 2**40])
async def test_long_has_64_bits(value: int) -> None:
    assert await ask("long", "Long!", value, str(value)) == [value, value]


@pytest.mark.parametrize(
    ("value", "literal"), [(2**63, str(2**63)), (True, "true"), (1.5, "1.5"), ("1", '"1"'), (10**30, "1" + "0" * 5000)]
)
async def test_long_refuses_what_is_none(value: object, literal: str) -> None:
    assert all("64 bits" in str(answer) for answer in await ask("long", "Long!", value, literal))


async def test_moments_are_answered_in_utc() -> None:
    for text in ("2026-01-31T13:00:00.5+01:00", "2026-01-31T12:00:00.5Z"):
        assert await ask("moment", "DateTime!", text, f'"{text}"') == ["2026-01-31T12:00:00.500Z"] * 2


@pytest.mark.parametrize(
    "text",
    ["2026-01-31T12:00:00", "yesterday", "", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"],
)
async def test_moments_name_their_offset_and_exist_in_utc(text: str) -> None:
    assert all("DateTime must" in str(answer) for answer in await ask("moment", "DateTime!", text, f'"{text}"'))


async def test_json_passes_through() -> None:
    assert await ask("anything", "JSON!", {"a": [1, None]}, "{a: [1, null]}") == [{"a": [1, None]}] * 2


def test_they_say_where_they_are_specified() -> None:
    schema = make_schema().as_str()
    assert schema.count("@specifiedBy") == 4
