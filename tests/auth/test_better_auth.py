import json
from pathlib import Path

import pytest

from aura_gql.auth import better_auth

VECTORS = json.loads(Path(__file__).with_name("vectors.json").read_text())
SECRET: str = VECTORS["secret"]
COOKIES: list[dict[str, str]] = VECTORS["cookies"]
TOKEN, VALUE = COOKIES[1]["token"], COOKIES[1]["cookie_value"]
NAME = "better-auth.session_token"


def from_cookie(header: str | None) -> str | None:
    return better_auth.token_from_cookie(header, SECRET, "better-auth")


@pytest.mark.parametrize("vector", COOKIES, ids=lambda vector: vector["token"])
def test_signatures_are_those_of_better_auth(vector: dict[str, str]) -> None:
    assert better_auth.sign_cookie(vector["token"], SECRET) == vector["cookie_value"]
    assert from_cookie(f"{NAME}={vector['cookie_value']}") == vector["token"]


def test_the_cookie_is_found_among_others() -> None:
    assert from_cookie(f'theme=dark; broken; =; "q"="x;y"; {NAME}={VALUE} ; last=1') == TOKEN


def test_the_secure_name_goes_first() -> None:
    assert from_cookie(f"__Secure-{NAME}={VALUE}") == TOKEN
    assert from_cookie(f"{NAME}={VALUE}; __Secure-{NAME}=forged") is None


def test_the_first_of_duplicates_counts() -> None:
    assert from_cookie(f"{NAME}={VALUE}; {NAME}=other") == TOKEN
    assert from_cookie(f"{NAME}=other; {NAME}={VALUE}") is None


def test_a_quoted_value() -> None:
    assert from_cookie(f'{NAME}="{VALUE}"') == TOKEN


def test_a_plus_is_a_digit_of_base64() -> None:
    unencoded = better_auth.sign(TOKEN, SECRET)
    assert "+" in unencoded
    assert from_cookie(f"{NAME}={unencoded}") == TOKEN


def test_another_prefix() -> None:
    assert better_auth.token_from_cookie(f"aura.session_token={VALUE}", SECRET, "aura") == TOKEN
    assert from_cookie(f"aura.session_token={VALUE}") is None


@pytest.mark.parametrize("position", [0, 10, len(TOKEN), len(TOKEN) + 1, len(TOKEN) + 20])
def test_any_changed_character_spoils_it(position: int) -> None:
    signed = better_auth.sign(TOKEN, SECRET)
    changed = signed[:position] + ("A" if signed[position] != "A" else "B") + signed[position + 1 :]
    assert better_auth.unsign(changed, SECRET) is None
    assert better_auth.unsign(signed, SECRET + "x") is None


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        ";",
        "=",
        ";;;===",
        NAME,
        f"{NAME}=",
        f"{NAME}={TOKEN}",
        f"{NAME}={TOKEN}.",
        f"{NAME}=.{VALUE.partition('.')[2]}",
        f"{NAME}=%",
        f"{NAME}=%zz.{'=' * 44}",
        f"{NAME}=%ff%fe.{'a' * 43}=",
        f"{NAME}=\ud800.{'a' * 43}=",
        f"{NAME}=x.{'é' * 43}=",
        f"{NAME}=\0.{'a' * 43}=",
        f'{NAME}="',
        f"better-auth.session_data={VALUE}",
        f"{'x' * better_auth.MAX_COOKIE_HEADER_LENGTH}; {NAME}={VALUE}",
    ],
)
def test_malformed_cookies_are_nobodys(header: str | None) -> None:
    assert from_cookie(header) is None


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_a_bearer_may_be_percent_encoded_or_not(scheme: str) -> None:
    assert better_auth.token_from_bearer(f"{scheme} {better_auth.sign(TOKEN, SECRET)}", SECRET) == TOKEN
    assert better_auth.token_from_bearer(f"{scheme}  {VALUE} ", SECRET) == TOKEN


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        f"Bearer {TOKEN}",
        f"Basic {VALUE}",
        f"Bearer{VALUE}",
        f"Bearer {VALUE}x",
        "Bearer " + "x" * better_auth.MAX_AUTHORIZATION_LENGTH,
        "Bearer \ud800.x",
    ],
)
def test_malformed_bearers_are_nobodys(authorization: str | None) -> None:
    assert better_auth.token_from_bearer(authorization, SECRET) is None


def test_new_tokens_are_like_better_auths() -> None:
    tokens = {better_auth.new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(len(token) == 32 and token.isascii() and token.isalnum() for token in tokens)


@pytest.mark.parametrize(
    ("text", "decoded"),
    [("a%2Bb", "a+b"), ("a+b", "a+b"), ("%", "%"), ("%f", "%f"), ("%ff", "%ff"), ("%C3%A9%21", "é!")],
)
def test_percent_decoding_is_javascripts(text: str, decoded: str) -> None:
    assert better_auth.decode_uri_component(text) == decoded
