"""The kinds of value that settings have, and what is wrong with one in words that never tell it."""

import re
from ipaddress import ip_network
from typing import Annotated, NamedTuple
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode

SECRET_LENGTH = 32
"""Fewest characters of a secret that signs sessions."""


class VersionedSecret(NamedTuple):
    """One of several secrets."""

    version: int
    secret: SecretStr


class MachineImage(NamedTuple):
    """What the machines of a kind are made from. `kind` is a size, a language, both as in `python.large`, or `default`,
    in lower case; `image` is the vendor's own word.
    """

    kind: str
    image: str


class SizePrice(NamedTuple):
    """What a second of a machine costs; `size` is a word in lower case."""

    size: str
    microcents: int


_SIZES = ("small", "medium", "large")
_IMAGE_KIND = re.compile(r"default|(?!default\.)[a-z][a-z0-9+#-]{0,31}(\.(small|medium|large))?")


def _split(value: object) -> object:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def _check_origin(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or value != f"{parts.scheme}://{parts.netloc}" or not parts.netloc:
        raise ValueError("each origin is scheme://host[:port] with no path, e.g. https://aura.example.com")
    # As browsers write them.
    port = {"http": ":80", "https": ":443"}[parts.scheme]
    return value.lower().removesuffix(port)


def _check_mongodb_url(value: object) -> object:
    text = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
    if not text.startswith(("mongodb://", "mongodb+srv://")):
        raise ValueError("should begin with mongodb:// or mongodb+srv://")
    return value


def _check_redis_url(value: object) -> object:
    text = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
    if not text.startswith(("redis://", "rediss://")):
        raise ValueError("should begin with redis:// or rediss://")
    return value


def _check_http_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("should be an http:// or https:// address")
    return value.rstrip("/")


def _check_network(value: str) -> str:
    try:
        return str(ip_network(value, strict=False))
    except ValueError:
        raise ValueError("should be IP addresses or networks such as 10.0.0.0/8") from None


def _read_images(value: object) -> object:
    """`default=base,python.large=py-8` into pairs, their left sides in lower case."""
    if not isinstance(value, str):
        return value
    images: dict[str, str] = {}
    for place, entry in enumerate((part for part in value.split(",") if part.strip()), 1):
        kind, _, image = (part.strip() for part in entry.partition("="))
        if not image or not _IMAGE_KIND.fullmatch(kind.lower()):
            raise ValueError(
                "should be word=image, separated by commas, each word a size (small, medium, large), a language, both"
                f" as in python.large, or `default`; entry {place} is not"
            )
        if kind.lower() in images:
            raise ValueError(f"should have each word once, but {kind.lower()} is there again")
        images[kind.lower()] = image
    return tuple(MachineImage(kind, image) for kind, image in images.items())


def _read_prices(value: object) -> object:
    """`2778`, or `small=1400,large=5600`, into pairs of a size and what it costs."""
    if not isinstance(value, (str, int)):
        return value
    entries = str(value).split(",")
    if len(entries) == 1 and "=" not in entries[0]:
        entries = [f"{size}={entries[0]}" for size in _SIZES]
    prices: dict[str, str] = {}
    for place, entry in enumerate(entries, 1):
        size, _, price = (part.strip() for part in entry.lower().partition("="))
        if size not in _SIZES or size in prices or not (price.isascii() and price.isdecimal()) or len(price) > 12:
            raise ValueError(
                f"should be a number, or one for each size as in small=1400,large=5600; entry {place} is not"
            )
        prices[size] = price
    return tuple(SizePrice(size, int(price)) for size, price in prices.items())


def _read_versions(value: object) -> object:
    """`2:new,1:old`, as Better Auth writes it, into versions with their secrets, the current one first."""
    if not isinstance(value, str):
        return value
    secrets: dict[int, VersionedSecret] = {}
    for place, entry in enumerate(value.split(","), 1):
        version, colon, secret = (part.strip() for part in entry.partition(":"))
        if not colon or not secret or not (version.isascii() and version.isdecimal()):
            raise ValueError(f"should be version:secret, separated by commas; entry {place} is not")
        if int(version) in secrets:
            raise ValueError(f"should have each version once, but {int(version)} is there again")
        secrets[int(version)] = VersionedSecret(int(version), SecretStr(secret))
    current = next(iter(secrets.values()))
    if len(current.secret) < SECRET_LENGTH:
        raise ValueError(
            f"should have at least {SECRET_LENGTH} characters in its first secret, not {len(current.secret)}"
        )
    return tuple(secrets.values())


Networks = Annotated[tuple[Annotated[str, BeforeValidator(_check_network)], ...], NoDecode, BeforeValidator(_split)]
Origin = Annotated[str, BeforeValidator(_check_origin)]
Origins = Annotated[tuple[Origin, ...], NoDecode, BeforeValidator(_split)]
MongoUrl = Annotated[SecretStr, BeforeValidator(_check_mongodb_url)]
RedisUrl = Annotated[SecretStr, BeforeValidator(_check_redis_url)]
HttpUrl = Annotated[str, BeforeValidator(_check_http_url)]
Secret = Annotated[SecretStr, Field(min_length=1)]
LongSecret = Annotated[SecretStr, Field(min_length=SECRET_LENGTH)]
VersionedSecrets = Annotated[tuple[VersionedSecret, ...], NoDecode, BeforeValidator(_read_versions)]
ImageWords = Annotated[tuple[MachineImage, ...], NoDecode, BeforeValidator(_read_images)]
SizePrices = Annotated[tuple[SizePrice, ...], NoDecode, BeforeValidator(_read_prices)]
Count = Annotated[int, Field(ge=1)]
Bytes = Annotated[int, Field(ge=1)]
Milliseconds = Annotated[int, Field(ge=1, le=2**31 - 1)]
Days = Annotated[int, Field(ge=1, le=3650)]
"""How many days something is kept."""

Hours = Annotated[int, Field(ge=1, le=8760)]
Seconds = Annotated[int, Field(ge=1, le=2**31 - 1)]
LinkSeconds = Annotated[int, Field(ge=10, le=604_800)]
"""How long a signed link works; S3 has none that work for more than a week."""
