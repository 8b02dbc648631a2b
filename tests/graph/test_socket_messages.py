"""Shapes of messages; what the socket makes of them is in test_websocket."""

import pytest

from aura_gql.graph.socket_messages import authorization_of, complaint_about


@pytest.mark.parametrize(
    "message",
    [
        {"type": "connection_init"},
        {"type": "connection_init", "payload": None},
        {"type": "ping", "payload": {}},
        {"type": "complete", "id": "1"},
        {"type": "subscribe", "id": "1", "payload": {"query": "", "variables": None, "extensions": {}}},
    ],
)
def test_knows_the_shapes_of_the_protocol(message: object) -> None:
    assert complaint_about(message) is None


@pytest.mark.parametrize(
    "message",
    [
        [],
        {"type": None},
        {"type": "connection_init", "payload": "x"},
        {"type": "complete"},
        {"type": "complete", "id": "x" * 257},
        {"type": "connection_ack"},
        {"type": "start", "id": "1", "payload": {"query": "{a}"}},
        {"type": "subscribe", "id": "1", "payload": {"query": None}},
        {"type": "subscribe", "id": "1", "payload": {"query": "{a}", "operationName": 1}},
        {"type": "subscribe", "id": "1", "payload": {"query": "{a}", "extensions": []}},
    ],
)
def test_complains_about_others(message: object) -> None:
    assert complaint_about(message)


def test_finds_the_authorization() -> None:
    assert authorization_of({"AUTHORIZATION": "a"}) == "a"
    assert authorization_of({"headers": {"authorization": "b"}}) == "b"
    assert authorization_of({"authorization": 5, "headers": []}) is None
