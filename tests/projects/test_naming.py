import unicodedata

import pytest

from aura_gql.projects.errors import InvalidProjectText
from aura_gql.projects.naming import clean_description, clean_name, search_pattern


@pytest.mark.parametrize(
    "name",
    ["ab", "x" * 64, "My project-2_b", "Käse", "项目一", "مشروع", "हिन्दी", "٣٤", "__", "Ünïcödé 1"],
)
def test_a_good_name_stays(name: str) -> None:
    assert clean_name(name) == unicodedata.normalize("NFC", name)


def test_a_name_is_trimmed_and_composed() -> None:
    assert clean_name("  Ka\u0308se ") == "Käse"


@pytest.mark.parametrize(
    "name",
    [
        "", "a", " a ", "x" * 65, "a\nb", "a\tb", "ab\n", "a\x00b", "a\x7fb", "a\u200bb", "a\u202eb", "a/b", "../x",
        "a.b", "<b>",
        "a🙂b", "\u0301ab", " \u0301ab", "a-\u0301b", "a\u00a0b", "a\ud800b", "½½",
    ],
)  # fmt: skip
def test_a_bad_name_is_refused(name: str) -> None:
    with pytest.raises(InvalidProjectText, match="2 to 64") as caught:
        clean_name(name)
    assert caught.value.field == ("name",)
    assert caught.value.message.isprintable()


def test_a_description_keeps_its_lines() -> None:
    assert clean_description(" One\r\n\tTwo 🙂\n") == "One\n\tTwo 🙂"
    assert clean_description("") == ""
    assert len(clean_description("x" * 2_000)) == 2_000


@pytest.mark.parametrize("description", ["x" * 2_001, "a\x00b", "a\rb", "a\x1bb", "a\x85b", "a\udc80b"])
def test_a_bad_description_is_refused(description: str) -> None:
    with pytest.raises(InvalidProjectText, match="description") as caught:
        clean_description(description)
    assert caught.value.field == ("description",)


def test_a_search_is_literal() -> None:
    assert search_pattern(" a.b ") == r"a\.b"
    assert search_pattern("x_(y)") == r"x_\(y\)"


@pytest.mark.parametrize("text", ["x" * 65, "a\x00", "\ud800"])
def test_a_bad_search_is_refused(text: str) -> None:
    with pytest.raises(InvalidProjectText) as caught:
        search_pattern(text)
    assert caught.value.field == ("filter", "text")
