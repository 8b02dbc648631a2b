"""Shapes of messages; what the socket makes of them is in test_websocket."""

import pytest

from aura_gql.graph.socket_messages import Unspeakable, authorization_of, complaint_about, decode_message


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
        {"type": "complete", "id": "\ud800"},
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


@pytest.mark.parametrize("value", [r'"\ud800"', r'"a\uDC00\ud800b"', "1e999", r'{"\ud800": 1}'])
def test_knows_json_that_cannot_be_passed_on(value: str) -> None:
    message = decode_message(
        f'{{"type": "subscribe", "id": "1", "payload": {{"query": "", "variables": {{"v": {value}}}}}}}'
    )
    assert isinstance(message, Unspeakable)
    assert complaint_about(message) is None
    assert complaint_about(decode_message(f'{{"type": "ping", "payload": {{"v": {value}}}}}'))
    assert complaint_about(decode_message(f'{{"type": "complete", "id": "1", "x": {value}}}'))


@pytest.mark.parametrize("text", ["", "{", "NaN", '{"a": NaN}', '{"a": -Infinity}', r'["\ud800"]', '{"a":' * 5000])
def test_knows_what_is_not_json(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode_message(text)


def test_halves_that_make_a_whole_are_text() -> None:
    message = decode_message(r'{"type": "ping", "payload": {"v": "\ud835\udcb3"}}')
    assert message == {"type": "ping", "payload": {"v": "\U0001d4b3"}}
    assert not isinstance(message, Unspeakable)
