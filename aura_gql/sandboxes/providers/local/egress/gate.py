"""The decision whether a connection is made, and the making of it."""

import asyncio
import socket
from http import HTTPStatus

from aura_gql.sandboxes.egress import EgressPolicy
from aura_gql.sandboxes.providers.local.egress.addresses import Reach, reach_of
from aura_gql.sandboxes.providers.local.egress.refusal import Refusal, not_listed
from aura_gql.sandboxes.providers.local.egress.resolver import Resolver

LOOKUP_TIMEOUT_S = 5.0
CONNECT_TIMEOUT_S = 10.0
# One sandbox does not take all the threads that look names up.
MAX_LOOKUPS_AT_ONCE = 2
MAX_ADDRESSES = 16


class EgressGate:
    """Opens connections of one sandbox to hosts that its policy allows.

    A name is looked up once for each connection, every address that comes is checked, and it is one of these that is
    connected to: a name server that answers otherwise the next time changes nothing.
    """

    def __init__(self, policy: EgressPolicy, resolver: Resolver) -> None:
        self._policy = policy
        self._resolver = resolver
        self._looking = asyncio.Semaphore(MAX_LOOKUPS_AT_ONCE)

    def require_listed(self, host: str, port: int) -> None:
        """Raises Refusal for a host that is not on the list."""
        if not self._policy.allows(host, port):
            raise not_listed(host, port)

    async def open(self, host: str, port: int) -> socket.socket:
        """A connected socket, which does not block, to a canonical host. Raises Refusal."""
        self.require_listed(host, port)
        addresses = await self._look_up(host, port)
        worst = Reach.PRIVATE if self._policy.allows_private(host, port) else Reach.PUBLIC
        for address in addresses:
            if _reach(address).value > worst.value:
                words = (
                    f"{host} has an address that no sandbox may reach: a private one, or that of a metadata service."
                )
                raise Refusal(HTTPStatus.FORBIDDEN, words)
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                return await _connect(addresses, port)
        except (TimeoutError, OSError):
            raise Refusal(HTTPStatus.BAD_GATEWAY, f"{host} takes no connection on port {port}.") from None

    async def _look_up(self, host: str, port: int) -> list[str]:
        try:
            async with asyncio.timeout(LOOKUP_TIMEOUT_S), self._looking:
                addresses = list(await self._resolver.addresses(host))
        except TimeoutError:
            raise Refusal(HTTPStatus.GATEWAY_TIMEOUT, f"The address of {host} was not found in time.") from None
        except (OSError, UnicodeError):
            addresses = []
        if not 0 < len(addresses) <= MAX_ADDRESSES:
            raise Refusal(HTTPStatus.BAD_GATEWAY, f"The address of {host} was not found.")
        return addresses


async def _connect(addresses: list[str], port: int) -> socket.socket:
    """The first of the addresses that answers. Raises OSError."""
    trouble = OSError("no address")
    for address in addresses:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        try:
            connection = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
        except OSError as error:  # a host without IPv6
            trouble = error
            continue
        try:
            await asyncio.get_running_loop().sock_connect(connection, (address, port))
        except OSError as error:
            connection.close()
            trouble = error
        except BaseException:
            connection.close()
            raise
        else:
            return connection
    raise trouble


def _reach(address: str) -> Reach:
    """Whose it is; this host's own addresses are private, though they may look public from elsewhere."""
    try:
        reach = reach_of(address)
    except ValueError:
        return Reach.NEVER
    return Reach.PRIVATE if reach is Reach.PUBLIC and _is_ours(address) else reach


def _is_ours(address: str) -> bool:
    """Whether this host has the address: the way to it would begin there. Nothing is sent."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as question:
            question.connect((address, 9))
            return bool(question.getsockname()[0] == address)
    except OSError:
        return False
