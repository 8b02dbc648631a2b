"""A vendor's cloud on loopback in a process of its own: `python -m tests.benchmarks.vendor_server e2b|daytona`."""

import asyncio
import signal
import sys

from tests.support.vendors.daytona.cloud import LoopbackDaytona
from tests.support.vendors.e2b.cloud import LoopbackE2B


async def main(vendor: str) -> None:
    """Serve until SIGTERM."""
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    async with LoopbackE2B() if vendor == "e2b" else LoopbackDaytona() as cloud:
        print("serving", cloud.server.url, flush=True)
        await ended.wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
