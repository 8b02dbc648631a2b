"""Finding the addresses of hosts, as the host's own system does, in a bounded time."""

import asyncio
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

# Threads of our own: those that wait for slow name servers shall not keep the server from its files.
MAX_LOOKUPS = 8


class Resolver(Protocol):
    """Finds addresses."""

    async def addresses(self, host: str) -> Sequence[str]:
        """Every address of a host, the preferred one first, without repetitions. Raises OSError; may take its time."""
        ...


class SystemResolver:
    """Asks as `getaddrinfo` does: the hosts file, then the name servers."""

    def __init__(self) -> None:
        """No thread is started yet."""
        self._threads = ThreadPoolExecutor(MAX_LOOKUPS, thread_name_prefix="egress-lookup")

    async def addresses(self, host: str) -> Sequence[str]:
        """As the port says."""
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._threads, _look_up, host)
        return list(dict.fromkeys(found))


def _look_up(host: str) -> list[str]:
    return [str(found[4][0]) for found in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]
