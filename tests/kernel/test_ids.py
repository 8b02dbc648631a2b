"""Global object ids."""

import base64

import pytest

from aura_gql.kernel.ids import MAX_GLOBAL_ID_LENGTH, GlobalId, parse_global_id


def encoded(text: bytes) -> str:
    return base64.urlsafe_b64encode(text).decode()


@pytest.mark.parametrize("key", ["a", "665f1c", "ü:x", "x" * 60])
def test_an_id_comes_back(key: str) -> None:
    assert parse_global_id(str(GlobalId("Project", key))) == GlobalId("Project", key)


def test_an_id_is_fit_for_a_url() -> None:
    text = str(GlobalId("Project", "~~~???>>>"))
    assert text.replace("-", "").replace("_", "").isalnum()


def test_padding_is_welcome() -> None:
    assert parse_global_id(encoded(b"Project:1")) == GlobalId("Project", "1")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "garbage!",
        "ü",
        "\0",
        "====",
        "A",
        encoded(b"Project"),
        encoded(b"Project:"),
        encoded(b":1"),
        encoded(b"Not a name:1"),
        encoded(b"\xff:1"),
        encoded(b"Project:1") + "\n",
        "A" * (MAX_GLOBAL_ID_LENGTH + 1),
    ],
)
def test_what_is_none_of_ours(text: str) -> None:
    assert parse_global_id(text) is None
