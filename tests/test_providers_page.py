"""The page on providers says what the code does."""

from aura_gql.sandboxes.providers.remote import errors
from aura_gql.sandboxes.values import Capability
from tests.support.providers_page import ERRORS, MEANINGS, PAGE, written


def test_the_tables_are_those_of_the_code() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text == written(text), "Run `python -m tests.support.providers_page`."
    for spoilt in ("| itself |", "| `PROVIDER_UNAVAILABLE` |", "| `E2B_MAX_SESSIONS` |"):
        assert spoilt in text
        assert written(text.replace(spoilt, "| nobody |")) == text


def test_nothing_is_left_out() -> None:
    assert MEANINGS.keys() == set(Capability)
    leaving = {
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and kind.__module__ == errors.__name__ and hasattr(kind, "code")
    }
    assert leaving <= set(ERRORS)
