"""What code in a sandbox may reach outside it."""

from dataclasses import dataclass

from aura_gql.kernel.host_rules import HostRule

_GIB = 1 << 30


@dataclass(frozen=True, slots=True)
class EgressPolicy:
    """An allow-list: HTTP and TLS to `hosts`, and nothing else. `max_bytes` bounds each direction of one sandbox.

    `private_hosts`, each with its port, are allowed besides and may have private addresses, which the others may not:
    a hole that an operator opens knowingly. Nothing allows the addresses of metadata services and of one's own link.
    `npm_registry` and `pip_index` are addresses that the tools inside are told; `hosts` has theirs.
    """

    hosts: tuple[HostRule, ...] = ()
    private_hosts: tuple[HostRule, ...] = ()
    npm_registry: str | None = None
    pip_index: str | None = None
    max_bytes: int = _GIB

    def allows(self, host: str, port: int) -> bool:
        """Whether a canonical host is on the list."""
        return any(rule.covers(host, port) for rule in (*self.hosts, *self.private_hosts))

    def allows_private(self, host: str, port: int) -> bool:
        """Whether it may have a private address."""
        return any(rule.covers(host, port) for rule in self.private_hosts)
