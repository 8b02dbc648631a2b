"""The address that the server listens on; how it serves is proved by `dev` and `serve`."""

import socket

import pytest

from aura_gql.commands.errors import CommandError
from aura_gql.commands.http_server import bind, url_of


def test_port_0_is_the_systems_choice() -> None:
    with bind("127.0.0.1", 0) as bound:
        port = bound.getsockname()[1]
        assert port > 0
        assert url_of(bound) == f"http://127.0.0.1:{port}"


def test_every_interface_is_reached_by_loopback() -> None:
    with bind("0.0.0.0", 0) as bound:
        assert url_of(bound) == f"http://127.0.0.1:{bound.getsockname()[1]}"


@pytest.mark.skipif(not socket.has_ipv6, reason="this Python has no IPv6")
def test_ipv6_stands_in_brackets() -> None:
    try:
        bound = bind("::1", 0)
    except CommandError:
        pytest.skip("this machine has no IPv6 loopback")
    with bound:
        assert url_of(bound) == f"http://[::1]:{bound.getsockname()[1]}"


def test_a_port_in_use_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(
            CommandError, match=rf"can't listen on 127.0.0.1 port {port}: Address already in use; choose"
        ):
            bind("127.0.0.1", port)


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(CommandError, match=r"can't listen on 192.0.2.1 port 0: Cannot assign requested address"):
        bind("192.0.2.1", 0)


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a..b", "127.0.0.1/8"])
def test_what_is_no_address_is_refused(host: str) -> None:
    with pytest.raises(CommandError, match="is not an address to listen on"):
        bind(host, 0)
