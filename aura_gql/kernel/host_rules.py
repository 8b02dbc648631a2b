"""Hosts of the network, and the rules that name them: the entries of an allow-list."""

import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Self

WEB_PORTS = (80, 443)
LAST_PORT = 65535
MAX_HOST_LENGTH = 253

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_PORT = re.compile(r"[0-9]{1,5}")


@dataclass(frozen=True, slots=True)
class HostRule:
    """`name` is a canonical host, or `*.` and a name for every host below that; `port` None stands for 80 and 443."""

    name: str
    port: int | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """A rule from `host`, `host:port`, `*.name` or `*.name:port`. Raises ValueError."""
        below = text.startswith("*.")
        host, port = split_host(text.removeprefix("*."))
        if below and is_address(host):
            raise ValueError("an address has no hosts below it")
        return cls(f"*.{host}" if below else host, port)

    def covers(self, host: str, port: int) -> bool:
        """Whether it names this canonical host and port."""
        if port not in (WEB_PORTS if self.port is None else (self.port,)):
            return False
        return host.endswith(self.name[1:]) if self.name.startswith("*.") else host == self.name


def split_host(text: str) -> tuple[str, int | None]:
    """The canonical host, and the port where one is named, of `name`, `name:8080`, `192.0.2.1` or `[2001:db8::1]:80`.

    Canonical is lower case, without the dot that ends a full name; an address as the standard writes it, without
    brackets. Raises ValueError for anything else, names that are not ASCII included.
    """
    if text.startswith("["):
        inner, bracket, rest = text[1:].partition("]")
        if not bracket or ":" not in inner or "%" in inner:
            raise ValueError("no IPv6 address in brackets")
        host = str(ip_address(inner))
    else:
        name, colon, port = text.partition(":")
        host, rest = name.lower().removesuffix("."), colon + port
        if len(host) > MAX_HOST_LENGTH or not _NAME.fullmatch(host):
            raise ValueError("no name of a host")
    if not rest:
        return host, None
    if not rest.startswith(":") or not _PORT.fullmatch(rest[1:]) or not 1 <= int(rest[1:]) <= LAST_PORT:
        raise ValueError(f"a port is a number from 1 to {LAST_PORT}")
    return host, int(rest[1:])


def is_address(host: str) -> bool:
    """Whether a canonical host is an IP address rather than a name."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
