"""What every provider refuses alike."""

from aura_gql.kernel.errors import InvalidInput

HIGHEST_SIGNAL = 31
MAX_WINDOW = 1000


def require_signal(number: int) -> None:
    """InvalidInput unless it is one of the classic signals: those for real time mean something to one program alone."""
    if not 1 <= number <= HIGHEST_SIGNAL:
        raise InvalidInput(f"A signal is a number from 1 to {HIGHEST_SIGNAL}.", field=("signal",))


def require_window(columns: int, rows: int) -> None:
    """InvalidInput unless a terminal can have so many columns and rows."""
    for name, size in (("columns", columns), ("rows", rows)):
        if not 1 <= size <= MAX_WINDOW:
            raise InvalidInput(f"A terminal has 1 to {MAX_WINDOW} {name}.", field=(name,))
