"""What is refused alike, by every provider and in every room that runs something."""

import pytest

from aura_gql.kernel.errors import InvalidInput
from aura_gql.sandboxes.checks import (
    HIGHEST_SIGNAL,
    MAX_CWD_BYTES,
    MAX_WINDOW,
    folder_in_project,
    require_signal,
    require_text,
    require_window,
)


def test_the_classic_signals_may_be_sent() -> None:
    for number in (1, 2, 9, 15, 19, HIGHEST_SIGNAL):
        require_signal(number)


@pytest.mark.parametrize("number", [-1, 0, 32, 34, 64])
def test_other_numbers_are_no_signals(number: int) -> None:
    with pytest.raises(InvalidInput, match="1 to 31") as refused:
        require_signal(number)
    assert refused.value.field == ("signal",)


@pytest.mark.parametrize(("columns", "rows", "field"), [(0, 1, "columns"), (1001, 1, "columns"), (1, 0, "rows")])
def test_a_window_has_bounds(columns: int, rows: int, field: str) -> None:
    require_window(1, MAX_WINDOW)
    require_window(MAX_WINDOW, 1)
    with pytest.raises(InvalidInput, match="1 to 1000") as refused:
        require_window(columns, rows)
    assert refused.value.field == (field,)


def test_texts_have_their_bytes_together() -> None:
    require_text("args", ["é", "é"], 4)
    with pytest.raises(InvalidInput, match="`args` may have at most 4 bytes; it has 5") as refused:
        require_text("args", ["é", "é", "x"], 4)
    assert refused.value.field == ("args",)


@pytest.mark.parametrize(("text", "words"), [("\ud800", "has a lone surrogate"), ("a\0", "may not contain NUL")])
def test_texts_are_what_a_program_can_be_given(text: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=f"The value {words}") as refused:
        require_text("env", ["a", text], 9, label="The value")
    assert refused.value.field == ("env",)


def test_what_goes_into_a_file_may_contain_nul() -> None:
    require_text("code", ["a\0"], 9, allow_nul=True)


@pytest.mark.parametrize(("cwd", "folder"), [("", "."), (".", "."), ("src/./lib/", "src/lib"), ("a/../b", "b")])
def test_a_folder_is_in_the_project(cwd: str, folder: str) -> None:
    assert folder_in_project(cwd) == folder


@pytest.mark.parametrize("cwd", ["/etc", "..", "a/../../b", "a\0", "\udfff", "x" * (MAX_CWD_BYTES + 1)])
def test_other_folders_are_refused(cwd: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        folder_in_project(cwd)
    assert refused.value.field == ("cwd",)
