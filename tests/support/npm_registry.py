"""The npm registry that this host is set up for, for what runs on demand: through the way out of sandboxes."""

import asyncio
import shutil
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx
import pytest

from aura_gql.sandboxes.providers.local.egress.addresses import Reach, reach_of

_PORTS = {"http": 80, "https": 443}
_PACKAGE = "express"


@dataclass(frozen=True, slots=True)
class NpmRegistry:
    """A registry that answers, at the address that npm has for it; `is_private` where that is not the internet's."""

    url: str
    is_private: bool

    @property
    def egress(self) -> dict[str, object]:
        """The settings, of the group `egress`, that let sandboxes install from it and reach nothing else."""
        parts = urlsplit(self.url)
        hole = f"{parts.hostname}:{parts.port or _PORTS[parts.scheme]}"
        return {
            "sandbox_npm_registry": self.url,
            "sandbox_egress_private_hosts": (hole,) if self.is_private else (),
        }


async def npm_registry() -> NpmRegistry:
    """The registry that npm is set up for. Where it does not answer the test is skipped, and says why."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed.")
    asking = await asyncio.create_subprocess_exec(
        *("npm", "config", "get", "registry"), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    url = (await asking.communicate())[0].decode().strip()
    try:
        async with httpx.AsyncClient(timeout=20) as client:
            (await client.get(f"{url.rstrip('/')}/{_PACKAGE}")).raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        pytest.skip(f"The registry that npm is set up for, {url}, is not reachable: {error!r}")
    return NpmRegistry(url, is_private=await _is_private(urlsplit(url).hostname))


async def _is_private(host: str | None) -> bool:
    found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return any(reach_of(str(address[0])) is not Reach.PUBLIC for *_, address in found)
