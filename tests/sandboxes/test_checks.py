"""What every provider refuses alike."""

import pytest

from aura_gql.kernel.errors import InvalidInput
from aura_gql.sandboxes.checks import HIGHEST_SIGNAL, MAX_WINDOW, require_signal, require_window


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
