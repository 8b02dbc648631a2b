"""Which addresses are the public internet's, so that no name on an allow-list leads anywhere else."""

from enum import Enum
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

Address = IPv4Address | IPv6Address


class Reach(Enum):
    """Whose address it is. NEVER stands for those that nothing may open: one's own link and metadata services."""

    PUBLIC = 1
    PRIVATE = 2
    NEVER = 3


# Beyond what `ipaddress` knows, whose tables differ from one Python to the next.
_NEVER = [
    ip_network(network)
    for network in (
        "0.0.0.0/8",
        "169.254.0.0/16",  # link-local, with most clouds' metadata
        "100.100.100.200/32",  # Alibaba's metadata
        "168.63.129.16/32",  # Azure's, a public address otherwise
        "192.0.0.192/32",  # Oracle's
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/128",
        "fe80::/10",
        "fd00:ec2::/32",  # Amazon's
        "fd20:ce::254/128",  # Google's
        "ff00::/8",
    )
]
_PRIVATE = [
    ip_network(network)
    for network in (
        "100.64.0.0/10",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "2001:db8::/32",
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fec0::/10",
    )
]
_NAT64 = ip_network("64:ff9b::/96")
_COMPATIBLE = ip_network("::/96")
_ISATAP = (0x00005EFE, 0x02005EFE)
_LOW_32 = 0xFFFFFFFF


def reach_of(text: str) -> Reach:
    """Whose an address is, the worst of it and of the IPv4 address that an IPv6 one stands for. Raises ValueError."""
    address = ip_address(text.partition("%")[0])
    inner = _inner(address)
    if inner is not None and _carries_alone(address):
        return _own_reach(inner)
    reaches = [_own_reach(each) for each in (address, inner) if each is not None]
    return max(reaches, key=lambda reach: reach.value)


def _own_reach(address: Address) -> Reach:
    if any(address in network for network in _NEVER if network.version == address.version):
        return Reach.NEVER
    if any(address in network for network in _PRIVATE if network.version == address.version):
        return Reach.PRIVATE
    is_odd = address.is_multicast or address.is_reserved or address.is_unspecified
    return Reach.PUBLIC if address.is_global and not is_odd else Reach.PRIVATE


def _inner(address: Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 one maps, translates to or tunnels to."""
    if isinstance(address, IPv4Address):
        return None
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    # ::1 and :: are addresses of their own.
    is_compatible = address in _COMPATIBLE and int(address) > 1
    is_isatap = (int(address) >> 32) & _LOW_32 in _ISATAP
    return IPv4Address(int(address) & _LOW_32) if address in _NAT64 or is_compatible or is_isatap else None


def _carries_alone(address: Address) -> bool:
    """Whether the address means its inner one and nothing else: mapped, or behind the well-known NAT64."""
    return isinstance(address, IPv6Address) and (address.ipv4_mapped is not None or address in _NAT64)
