"""How many may use the proxy at once, and how long each may keep it waiting."""

from dataclasses import dataclass
from ipaddress import ip_address, ip_network


@dataclass(frozen=True, slots=True)
class ProxyBounds:
    """Of the connections of one process. Durations are seconds; `idle_s` is that of an exchange or a WebSocket.

    `trusted_proxies` are the networks of the proxies that name in X-Forwarded-For who asks them; what comes through
    them has no bound by address. `cookie_prefix` is that of Better Auth's cookies, which no code inside is shown.
    """

    max_connections: int = 500
    max_connections_per_address: int = 100
    head_s: float = 10.0
    keep_alive_s: float = 75.0
    idle_s: float = 300.0
    trusted_proxies: tuple[str, ...] = ()
    cookie_prefix: str = "better-auth"

    def trusts(self, address: str) -> bool:
        """Whether it is that of a proxy in front of us."""
        try:
            peer = ip_address(address)
        except ValueError:
            return False
        return any(peer in ip_network(network, strict=False) for network in self.trusted_proxies)
