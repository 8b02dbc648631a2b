"""Attacks through every kind of socket that is not for talking to oneself."""

import socket
from collections.abc import Callable

from tests.support.abuse.inside.facts import Facts

NETLINK, INET, INET6 = 16, 2, 10
RAW, STREAM, DATAGRAM, PACKETS = socket.SOCK_RAW, socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET
FAMILIES = {
    "ax25": 3, "ipx": 4, "appletalk": 5, "netrom": 6, "atmpvc": 8, "x25": 9, "rose": 11, "key": 15, "packet": 17,
    "atmsvc": 20, "rds": 21, "pppox": 24, "llc": 26, "infiniband": 27, "can": 29, "tipc": 30, "bluetooth": 31,
    "iucv": 32, "rxrpc": 33, "isdn": 34, "phonet": 35, "ieee802154": 36, "caif": 37, "alg": 38, "nfc": 39,
    "vsock": 40, "kcm": 41, "qipcrtr": 42, "smc": 43, "xdp": 44, "mctp": 45,
}  # fmt: skip
PROTOCOLS = {
    "socket diagnosis": 4, "packet logs": 5, "ipsec": 6, "audit": 9, "forwarding": 10, "connector": 11, "netfilter": 12,
    "device events": 15, "generic": 16, "crypto": 21,
}  # fmt: skip
ICMP, ICMP6 = 1, 58


def any_kind(family: int, protocol: int = 0) -> socket.socket:
    """A socket of a family, of whatever type it has."""
    trouble = OSError()
    for kind in (STREAM, DATAGRAM, RAW, PACKETS):
        try:
            return socket.socket(family, kind, protocol)
        except OSError as error:
            trouble = error
    raise trouble


def ping(family: int, protocol: int) -> socket.socket:
    try:
        return socket.socket(family, DATAGRAM, protocol)
    except OSError:
        return socket.socket(family, RAW, protocol)


ATTACKS: dict[str, Callable[[Facts], object]] = {
    **{f"a socket of {name}": lambda _, f=f: any_kind(f) for name, f in FAMILIES.items()},  # type: ignore[misc]
    **{f"netlink for {name}": lambda _, p=p: any_kind(NETLINK, p) for name, p in PROTOCOLS.items()},  # type: ignore[misc]
    "raw IP": lambda _: socket.socket(INET, RAW, 255),
    "raw IPv6": lambda _: socket.socket(INET6, RAW, 255),
    "ping": lambda _: ping(INET, ICMP),
    "ping over IPv6": lambda _: ping(INET6, ICMP6),
    "a pair of vsock": lambda _: socket.socketpair(FAMILIES["vsock"], STREAM),
}
