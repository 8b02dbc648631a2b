"""Whose an address is."""

import pytest

from aura_gql.sandboxes.providers.local.egress.addresses import Reach, reach_of


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "1.1.1.1", "172.32.0.1", "192.167.1.1", "100.63.255.255", "100.128.0.0", "2606:4700::1111",
     "::ffff:8.8.8.8", "64:ff9b::808:808"],
)  # fmt: skip
def test_the_public_internet(address: str) -> None:
    assert reach_of(address) is Reach.PUBLIC


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "127.255.255.254", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.0.1", "100.64.0.1",
     "100.127.255.255", "192.0.2.1", "198.51.100.1", "203.0.113.1", "198.18.0.1", "192.0.0.8", "192.88.99.1", "::1",
     "fc00::1", "fd12::1", "fec0::1", "2001:db8::1", "2001:10::1", "3fff::1", "100::1", "64:ff9b:1::808:808",
     "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:100.64.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1",
     "2002:7f00:1::1", "2002:a00:1::1", "2002:c0a8:1::1", "2001:0:808:808:0:0:f5ff:fffe", "::7f00:1", "::808:808",
     "2606:4700::5efe:a00:1", "2606:4700::200:5efe:7f00:1"],
)  # fmt: skip
def test_private_addresses_in_every_dress(address: str) -> None:
    assert reach_of(address) is Reach.PRIVATE


@pytest.mark.parametrize(
    "address",
    ["0.0.0.0", "0.1.2.3", "169.254.169.254", "169.254.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192",
     "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "fe80::1", "fe80::1%eth0", "febf::1",
     "fd00:ec2::254", "fd20:ce::254", "ff02::1", "::ffff:169.254.169.254", "::ffff:0.0.0.0", "64:ff9b::a9fe:a9fe",
     "2002:a9fe:a9fe::1", "::a9fe:a9fe", "2606:4700::5efe:a9fe:a9fe", "2001:0:808:808:0:0:5601:5601"],
)  # fmt: skip
def test_what_nothing_opens(address: str) -> None:
    assert reach_of(address) is Reach.NEVER


def test_refuses_what_is_no_address() -> None:
    with pytest.raises(ValueError, match="does not appear to be"):
        reach_of("localhost")
