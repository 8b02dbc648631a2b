"""The kinds of value that settings have, and what is wrong with one in words that never tell it."""

from ipaddress import ip_network
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode


def _split(value: object) -> object:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def _check_origin(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or value != f"{parts.scheme}://{parts.netloc}" or not parts.netloc:
        raise ValueError("each origin is scheme://host[:port] with no path, e.g. https://aura.example.com")
    return value


def _check_mongodb_url(value: object) -> object:
    text = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
    if not text.startswith(("mongodb://", "mongodb+srv://")):
        raise ValueError("should begin with mongodb:// or mongodb+srv://")
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


Networks = Annotated[tuple[Annotated[str, BeforeValidator(_check_network)], ...], NoDecode, BeforeValidator(_split)]
Origins = Annotated[tuple[Annotated[str, BeforeValidator(_check_origin)], ...], NoDecode, BeforeValidator(_split)]
MongoUrl = Annotated[SecretStr, BeforeValidator(_check_mongodb_url)]
HttpUrl = Annotated[str, BeforeValidator(_check_http_url)]
Secret = Annotated[SecretStr, Field(min_length=1)]
LongSecret = Annotated[SecretStr, Field(min_length=32)]
Count = Annotated[int, Field(ge=1)]
Bytes = Annotated[int, Field(ge=1)]
Milliseconds = Annotated[int, Field(ge=1, le=2**31 - 1)]
Seconds = Annotated[int, Field(ge=1, le=2**31 - 1)]
