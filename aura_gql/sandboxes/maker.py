"""Having a provider make the machine of a sandbox."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping

from aura_gql.kernel.errors import Unsupported
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.choosing.detours import Detours
from aura_gql.sandboxes.errors import NothingMade, SandboxQuotaExceeded
from aura_gql.sandboxes.ports import Sandbox, SandboxProvider
from aura_gql.sandboxes.records import SandboxLimits, SandboxRecord
from aura_gql.sandboxes.values import SandboxSpec


class MachineMaker:
    """Asks the provider of a record for its machine, and the others that its owner allows where that one has none.

    The gate of a provider is held by a removal of orphans there: machines wait for its end, because it may have read
    its list of the wanted before they were.
    """

    def __init__(
        self, providers: Mapping[SandboxProviderName, SandboxProvider], detours: Detours, limits: SandboxLimits
    ) -> None:
        self._providers = providers
        self._detours = detours
        self._limits = limits
        self.gates: Mapping[SandboxProviderName, asyncio.Lock] = defaultdict(asyncio.Lock)

    @property
    def configured(self) -> Collection[SandboxProviderName]:
        """The providers that this server has."""
        return self._providers.keys()

    def provider(self, name: SandboxProviderName) -> SandboxProvider:
        """The provider of that name; Unsupported where this server has none."""
        try:
            return self._providers[name]
        except KeyError:
            message = f"The sandbox provider {name} is not configured on this server."
            raise Unsupported(message, field=("provider",)) from None

    async def make(self, record: SandboxRecord) -> tuple[SandboxRecord, Sandbox]:
        """A new machine for a STARTING sandbox, and the record as it is then: at another provider, perhaps.

        Errors as those of `SandboxProvider.create`, of the last one that was asked.
        """
        while True:
            try:
                return record, await self._make(record)
            except (NothingMade, SandboxQuotaExceeded) as refusal:
                moved = await self._detours.take(record, refusal.message)
                if moved is None:
                    raise
                record = moved

    async def _make(self, record: SandboxRecord) -> Sandbox:
        provider = self.provider(record.provider)
        if record.fallback:
            # Asked beforehand, because a provider that fails while it makes a machine may have made it all the same.
            health = await provider.health()
            if not health.available:
                raise NothingMade(health.detail)
        async with self.gates[record.provider]:
            pass
        spec = SandboxSpec(
            str(record.id),
            str(record.project_id),
            lives_until=record.expires_at,
            network=self._limits.network,
            language=record.language,
            size=record.size,
        )
        return await provider.create(spec)
