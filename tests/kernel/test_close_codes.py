"""The table of close codes, and whether it is whole."""

import inspect
import re

import pytest
from strawberry.subscriptions.protocols.graphql_transport_ws import handlers

from aura_gql.graph import websocket
from aura_gql.kernel.close_codes import CloseCode


@pytest.mark.parametrize("code", CloseCode)
def test_every_code_tells_what_it_means_and_what_to_do(code: CloseCode) -> None:
    assert code.facts.meaning.endswith(".")
    assert code.facts.advice.endswith(".")


@pytest.mark.parametrize("module", [websocket, handlers])
def test_no_other_code_closes_a_socket(module: object) -> None:
    used = {int(number) for number in re.findall(r"\b(?:10[01][0-9]|4[0-9]{3})\b", inspect.getsource(module))}  # type: ignore[arg-type]
    assert used
    assert used <= set(CloseCode)
