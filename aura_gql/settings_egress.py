"""The settings of the network of sandboxes."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field
from pydantic_settings import NoDecode

from aura_gql.kernel.host_rules import HostRule, split_host
from aura_gql.settings_groups import Group
from aura_gql.settings_types import Bytes, HttpUrl

_GIB = 1 << 30


def _split(value: object) -> object:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def _check_rule(value: str) -> str:
    try:
        HostRule.parse(value)
    except ValueError:
        raise ValueError("should be hosts such as example.com, *.example.com or example.com:8080") from None
    return value


def _check_private(value: str) -> str:
    try:
        rule = HostRule.parse(value)
    except ValueError:
        rule = HostRule("*.")
    if rule.port is None or rule.name.startswith("*."):
        raise ValueError("should be hosts with their ports, such as registry.lan:4873, and no *")
    return value


def _check_registry(value: object) -> object:
    """Code inside is told the address, so there is no secret in it."""
    try:
        parts = urlsplit(str(value))
        split_host(parts.netloc)
    except ValueError:
        raise ValueError("should be an http:// or https:// address without a user") from None
    if parts.query or parts.fragment:
        raise ValueError("should have no query")
    return value


_Rules = Annotated[tuple[Annotated[str, BeforeValidator(_check_rule)], ...], NoDecode, BeforeValidator(_split)]
_Private = Annotated[tuple[Annotated[str, BeforeValidator(_check_private)], ...], NoDecode, BeforeValidator(_split)]
_Registry = Annotated[HttpUrl, BeforeValidator(_check_registry)]


class EgressSettings(Group):
    """The network of sandboxes: none, unless one of the first four allows some. See docs/network.md."""

    sandbox_egress_hosts: _Rules = Field(
        (),
        description="Hosts, comma-separated, that code in sandboxes may reach by HTTP and HTTPS: `example.com`,"
        " `*.example.com` for all below it, with `:8080` for another port than 80 and 443. Public addresses alone.",
    )
    sandbox_npm_registry: _Registry | None = Field(
        None, description="npm registry that sandboxes install from; its host counts as one of SANDBOX_EGRESS_HOSTS."
    )
    sandbox_pip_index: _Registry | None = Field(
        None,
        description="Python package index, with its path, that sandboxes install from; its host counts likewise, but"
        " those that it links to must be in SANDBOX_EGRESS_HOSTS.",
    )
    sandbox_egress_private_hosts: _Private = Field(
        (),
        description="Hosts with ports, comma-separated, that may have private addresses, such as a registry of your"
        " own. A hole into your network: code of anybody speaks to whatever listens there.",
    )
    sandbox_egress_max_bytes: Bytes = Field(
        _GIB, description="Bytes that a sandbox may send to these hosts in its life, and likewise receive."
    )
