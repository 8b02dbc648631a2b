"""Which connections are made. Only loopback addresses are ever connected to here."""

import socket

import pytest

from aura_gql.sandboxes.egress import EgressPolicy
from aura_gql.sandboxes.providers.local.egress import gate as gate_module
from aura_gql.sandboxes.providers.local.egress.gate import EgressGate
from aura_gql.sandboxes.providers.local.egress.refusal import Refusal
from tests.support.egress import ScriptedNames, origin, private

LISTED = private(listed=["a.example", "8.8.8.8", "[2606:4700::1111]"])


async def refused(policy: EgressPolicy, names: ScriptedNames, host: str, port: int) -> int:
    with pytest.raises(Refusal) as refusal:
        await EgressGate(policy, names).open(host, port)
    return refusal.value.status.value


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["10.0.0.1"],
        ["169.254.169.254"],
        ["8.8.8.8", "10.0.0.1"],
        ["8.8.8.8", "::1"],
        ["::ffff:127.0.0.1"],
        ["64:ff9b::7f00:1"],
        ["100.64.0.1"],
        ["0.0.0.0"],
        ["not an address"],
    ],
    ids=str,
)
async def test_a_listed_name_with_any_address_that_is_not_public(addresses: list[str]) -> None:
    assert await refused(LISTED, ScriptedNames({"a.example": [addresses]}), "a.example", 443) == 403


async def test_a_host_that_is_not_listed_is_not_looked_up() -> None:
    names = ScriptedNames({"b.example": [["127.0.0.1"]]})
    assert await refused(LISTED, names, "b.example", 443) == 403
    assert await refused(LISTED, names, "a.example", 22) == 403
    assert names.asked == []


async def test_names_without_an_address_or_with_too_many() -> None:
    many = [f"8.8.{number}.8" for number in range(17)]
    for names in (ScriptedNames(), ScriptedNames({"a.example": [[]]}), ScriptedNames({"a.example": [many]})):
        assert await refused(LISTED, names, "a.example", 443) == 502


async def test_a_name_server_that_changes_its_mind() -> None:
    """It is asked once, and the address that it gave then is the one that is connected to."""
    async with origin() as host:
        names = ScriptedNames({"a.example": [["127.0.0.1"], ["169.254.169.254"]]})
        policy = private(f"a.example:{host.port}")
        with await EgressGate(policy, names).open("a.example", host.port) as connection:
            assert connection.getpeername() == ("127.0.0.1", host.port)
        assert names.asked == ["a.example"]
        assert await refused(policy, names, "a.example", host.port) == 403


@pytest.mark.parametrize(
    "address", ["169.254.169.254", "fd00:ec2::254", "0.0.0.0", "224.0.0.1", "fe80::1", "168.63.129.16"]
)
async def test_what_even_private_hosts_may_not_have(address: str) -> None:
    names = ScriptedNames({"a.example": [["127.0.0.1", address]]})
    assert await refused(private("a.example:80"), names, "a.example", 80) == 403


async def test_private_hosts_are_private_on_their_port_alone() -> None:
    async with origin() as host:
        names = ScriptedNames({"a.example": [["127.0.0.1"]]})
        policy = private(f"a.example:{host.port}", listed=["a.example:1", f"b.example:{host.port}"])
        assert await refused(policy, names, "a.example", 1) == 403
        with await EgressGate(policy, names).open("a.example", host.port) as connection:
            assert not connection.getblocking()


async def test_the_next_address_is_tried_where_one_does_not_answer() -> None:
    async with origin(address="127.0.0.2") as host:
        names = ScriptedNames({"a.example": [["127.0.0.3", "127.0.0.2"]]})
        with await EgressGate(private(f"a.example:{host.port}"), names).open("a.example", host.port) as connection:
            assert connection.getpeername()[0] == "127.0.0.2"
        names = ScriptedNames({"a.example": [["127.0.0.3"]]})
        assert await refused(private(f"a.example:{host.port}"), names, "a.example", host.port) == 502


async def test_slow_name_servers_and_hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate_module, "LOOKUP_TIMEOUT_S", 0.01)
    assert await refused(private("a.example:80"), ScriptedNames({"a.example": []}), "a.example", 80) == 504
    monkeypatch.undo()
    names = ScriptedNames({"a.example": [["127.0.0.1"]]})
    monkeypatch.setattr(gate_module, "CONNECT_TIMEOUT_S", 0.01)
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        port = full.getsockname()[1]
        with socket.create_connection(full.getsockname()), socket.socket() as second:
            second.setblocking(False)
            second.connect_ex(full.getsockname())
            assert await refused(private(f"a.example:{port}"), names, "a.example", port) == 502


def test_the_hosts_own_addresses_are_private() -> None:
    assert gate_module._is_ours("127.0.0.1")
    assert not gate_module._is_ours("192.0.2.77")
