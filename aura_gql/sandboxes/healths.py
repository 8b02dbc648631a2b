"""How providers outside are, asked now and then rather than for everybody who looks."""

import asyncio
from collections.abc import Mapping

from aura_gql.kernel.background import BackgroundTasks
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.ports import SandboxProvider
from aura_gql.sandboxes.values import ProviderHealth


class ProviderHealths:
    """Asks each provider outside once for all who want to know within `fresh_s`. Nobody waits longer than `patience_s`
    for it: until it answers, what it said last counts. This host's own is asked each time.
    """

    def __init__(
        self,
        providers: Mapping[SandboxProviderName, SandboxProvider],
        fresh_s: float = 10.0,
        patience_s: float = 5.0,
    ) -> None:
        self._providers = providers
        self._fresh_s = fresh_s
        self._patience_s = patience_s
        self._known: dict[SandboxProviderName, tuple[float, ProviderHealth]] = {}
        self._asking: dict[SandboxProviderName, asyncio.Task[None]] = {}
        self._tasks = BackgroundTasks()

    async def of(self, name: SandboxProviderName) -> ProviderHealth:
        """How a provider is; KeyError for one that this server has not. Never raises else."""
        if name is SandboxProviderName.LOCAL:
            return await self._providers[name].health()
        at, health = self._known.get(name, (float("-inf"), None))
        if health is not None and asyncio.get_running_loop().time() - at < self._fresh_s:
            return health
        if name not in self._asking:
            self._asking[name] = self._tasks.spawn(self._ask(name, self._providers[name]), f"ask {name} how it is")
        await asyncio.wait([self._asking[name]], timeout=self._patience_s)
        return self._known.get(name, (0.0, _UNHEARD))[1]

    async def close(self) -> None:
        """Wait for no answer any more."""
        await self._tasks.cancel()

    async def _ask(self, name: SandboxProviderName, provider: SandboxProvider) -> None:
        try:
            health = await provider.health()
            self._known[name] = (asyncio.get_running_loop().time(), health)
        finally:
            del self._asking[name]


_UNHEARD = ProviderHealth(False, "It has not answered yet; look again in some seconds.")
