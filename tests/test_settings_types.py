"""The kinds of value that settings have."""

import pytest
from pydantic import SecretStr, TypeAdapter, ValidationError

from aura_gql.settings_types import HttpUrl, ImageWords, Networks, Origins, RedisUrl, SizePrices


@pytest.mark.parametrize(
    ("text", "origins"),
    [
        ("", ()),
        (" , ", ()),
        ("https://a.example", ("https://a.example",)),
        ("https://A.example:443,http://b:80,https://c:80", ("https://a.example", "http://b", "https://c:80")),
        ("https://a.example, http://localhost:5173", ("https://a.example", "http://localhost:5173")),
    ],
)
def test_origins(text: str, origins: tuple[str, ...]) -> None:
    assert TypeAdapter[tuple[str, ...]](Origins).validate_python(text) == origins


@pytest.mark.parametrize("text", ["*", "a.example", "https://a.example/", "https://a.example/x", "ftp://a", "https://"])
def test_what_is_no_origin(text: str) -> None:
    with pytest.raises(ValidationError, match="each origin is"):
        TypeAdapter(Origins).validate_python(text)


def test_an_http_address_loses_its_last_slash() -> None:
    assert TypeAdapter[str](HttpUrl).validate_python("https://s3.example/") == "https://s3.example"


@pytest.mark.parametrize("text", ["s3.example", "file:///x", "https://"])
def test_what_is_no_http_address(text: str) -> None:
    with pytest.raises(ValidationError, match="http:// or https://"):
        TypeAdapter(HttpUrl).validate_python(text)


def test_networks_are_addresses_too() -> None:
    assert TypeAdapter[tuple[str, ...]](Networks).validate_python("10.1.2.3/8, ::1") == ("10.0.0.0/8", "::1/128")


@pytest.mark.parametrize("text", ["*", "proxy.example", "10.0.0.0/33"])
def test_what_is_no_network(text: str) -> None:
    with pytest.raises(ValidationError, match="networks such as"):
        TypeAdapter(Networks).validate_python(text)


@pytest.mark.parametrize("text", ["redis.internal", "http://redis", "redis:6379"])
def test_what_is_no_redis_address(text: str) -> None:
    with pytest.raises(ValidationError, match="redis:// or rediss://"):
        TypeAdapter(RedisUrl).validate_python(text)
    assert TypeAdapter[SecretStr](RedisUrl).validate_python("rediss://:word@r:6379/1").get_secret_value()


def test_images_have_a_kind_each() -> None:
    found = TypeAdapter[tuple[tuple[str, str], ...]](ImageWords).validate_python(
        "default=base:1, Python.Large = team/py@8,,c++=cpp=2"
    )
    assert found == (("default", "base:1"), ("python.large", "team/py@8"), ("c++", "cpp=2"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("base", "entry 1"),
        ("python=py,large=", "entry 2"),
        ("python.huge=py", "entry 1"),
        ("default.large=py", "entry 1"),
        ("a=b,A=c", "a is there again"),
    ],
)
def test_what_are_no_images(text: str, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        TypeAdapter(ImageWords).validate_python(text)


@pytest.mark.parametrize(
    ("text", "prices"),
    [
        ("2778", (("small", 2778), ("medium", 2778), ("large", 2778))),
        ("Small=1400, large=5600", (("small", 1400), ("large", 5600))),
    ],
)
def test_prices_are_those_of_sizes(text: str, prices: tuple[tuple[str, int], ...]) -> None:
    assert TypeAdapter[tuple[tuple[str, int], ...]](SizePrices).validate_python(text) == prices


@pytest.mark.parametrize("text", ["-1", "huge=2", "small=1,small=2", "small=", "1.5", "²", "1" * 13])
def test_what_is_no_price(text: str) -> None:
    with pytest.raises(ValidationError, match=r"entry [12] is not"):
        TypeAdapter(SizePrices).validate_python(text)
