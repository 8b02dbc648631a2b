"""The `Accept` header, well-formed and not."""

import pytest

from aura_gql.graph.negotiation import GRAPHQL_JSON, JSON, Accepted, negotiate, wants_html

ODD = ("nan", "inf", "2", "1.5", "-1", "1e9", "0.1234", "0_1", "\uff11", "")


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        ("", Accepted(JSON, False, False)),
        ("APPLICATION/JSON ; Q=1.0", Accepted(JSON, False, False)),
        (f"{GRAPHQL_JSON}, {JSON}", Accepted(GRAPHQL_JSON, False, False)),
        (f"{JSON};q=nonsense, {GRAPHQL_JSON};q=0.1", Accepted(GRAPHQL_JSON, False, False)),
        (f"{JSON};q=0", Accepted(None, False, False)),
        ("text/event-stream", Accepted(None, True, True)),
        (f"text/event-stream, {JSON}", Accepted(JSON, True, False)),
        (f"text/event-stream, {JSON};q=0.9", Accepted(JSON, True, True)),
        (";;,,", Accepted(None, False, False)),
        ("text/html, */*;q=0.1", Accepted(JSON, False, False)),
        ("application/json, text/plain, */*", Accepted(JSON, False, False)),
        (f"{JSON};charset=utf-8;q=0.2, {GRAPHQL_JSON};charset=utf-8;q=0.3", Accepted(GRAPHQL_JSON, False, False)),
        (f"{JSON};q=0, */*", Accepted(GRAPHQL_JSON, False, False)),
        (f"{GRAPHQL_JSON};q=0, application/*;q=0.001", Accepted(JSON, False, False)),
        ("application/*;q=0, */*", Accepted(None, False, False)),
        ("*/*;q=0", Accepted(None, False, False)),
        ("text/*", Accepted(None, False, False)),
        ("*/*, text/event-stream", Accepted(JSON, True, False)),
        ("*/*;q=0.5, text/event-stream", Accepted(JSON, True, True)),
        *((f"{GRAPHQL_JSON};q={odd}, {JSON};q=0.1", Accepted(JSON, False, False)) for odd in ODD),
    ],
)
def test_negotiates(header: str, accepted: Accepted) -> None:
    assert negotiate(header) == accepted


def test_only_navigation_wants_html() -> None:
    assert wants_html("text/html,*/*")
    assert not wants_html("*/*")
    assert not wants_html("text/html;q=0")
    assert not wants_html(None)
