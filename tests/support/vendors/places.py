"""Where a server of the tests has its sandboxes run: on this host, or at a vendor on loopback."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from pydantic import SecretStr

from aura_gql.kernel.providers import SandboxProviderName
from tests.support.vendors.clouds import Cloud, of_daytona, of_e2b
from tests.support.vendors.daytona import state as daytona
from tests.support.vendors.daytona.cloud import LoopbackDaytona
from tests.support.vendors.e2b import state as e2b
from tests.support.vendors.e2b.cloud import LoopbackE2B


@dataclass(frozen=True)
class Place:
    """A provider, the settings by which a server has it, how many machines are there, and whose they are."""

    name: SandboxProviderName
    settings: dict[str, object]
    machines: Callable[[], int]
    cloud: Cloud | None = None


@asynccontextmanager
async def place(name: SandboxProviderName) -> AsyncIterator[Place]:
    """One of them, running."""
    if name is SandboxProviderName.E2B:
        async with LoopbackE2B() as cloud:
            told = {"api_key": SecretStr(e2b.API_KEY), "api_url": cloud.url, "sandbox_url": cloud.url}
            yield Place(name, _switched_on("e2b", told), lambda: len(cloud.state.machines), of_e2b(cloud))
    elif name is SandboxProviderName.DAYTONA:
        async with LoopbackDaytona() as daytona_cloud:
            told = {"api_key": SecretStr(daytona.API_KEY), "api_url": daytona_cloud.api_url}
            machines = daytona_cloud.state.machines.values()
            yield Place(
                name,
                _switched_on("daytona", told),
                lambda: sum(each.state != "destroyed" for each in machines),
                of_daytona(daytona_cloud),
            )
    else:
        yield Place(name, {}, lambda: 0)


def _switched_on(vendor: str, told: dict[str, object]) -> dict[str, object]:
    return {f"{vendor}_{word}": value for word, value in {"enabled": True, **told}.items()}
