"""Looking hosts up."""

import socket

import pytest

from aura_gql.sandboxes.providers.local.egress.resolver import SystemResolver


async def test_finds_what_the_system_finds() -> None:
    resolver = SystemResolver()
    assert "127.0.0.1" in await resolver.addresses("localhost")
    assert await resolver.addresses("192.0.2.1") == ["192.0.2.1"]
    with pytest.raises(socket.gaierror):
        await resolver.addresses("no-such-host.invalid")
