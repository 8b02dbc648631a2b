"""Having a provider make the machine of a sandbox, and end it, with both in the books."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import structlog
from bson import ObjectId

from aura_gql.kernel.background import to_its_end
from aura_gql.kernel.errors import DomainError, Unsupported
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.choosing.detours import Detours
from aura_gql.sandboxes.errors import NothingMade, SandboxQuotaExceeded
from aura_gql.sandboxes.ports import Sandbox, SandboxProvider
from aura_gql.sandboxes.records import SandboxLimits, SandboxRecord
from aura_gql.sandboxes.usage.books import UsageBooks
from aura_gql.sandboxes.values import SandboxSpec

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class MadeMachine:
    """A machine, its sandbox as that is by then, and its row in the books."""

    record: SandboxRecord
    machine: Sandbox
    use_id: ObjectId


class MachineMaker:
    """Asks the provider of a record for its machine, and the others that its owner allows where that one has none. It
    is in the books before anybody is asked.

    The gate of a provider is held by a removal of orphans there: machines wait for its end, because it may have read
    its list of the wanted before they were.
    """

    def __init__(
        self,
        providers: Mapping[SandboxProviderName, SandboxProvider],
        detours: Detours,
        books: UsageBooks,
        limits: SandboxLimits,
    ) -> None:
        self._providers = providers
        self._detours = detours
        self._books = books
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

    async def make(self, record: SandboxRecord) -> MadeMachine:
        """A new machine for a STARTING sandbox, perhaps at another provider than its record says.

        Errors as those of `SandboxProvider.create`, of the last one that was asked.
        """
        while True:
            try:
                return await self._make(record)
            except (NothingMade, SandboxQuotaExceeded) as refusal:
                moved = await self._detours.take(record, refusal.message)
                if moved is None:
                    raise
                record = moved

    async def _make(self, record: SandboxRecord) -> MadeMachine:
        provider = self.provider(record.provider)
        if record.fallback:
            # Asked beforehand, because a provider that fails while it makes a machine may have made it all the same.
            health = await provider.health()
            if not health.available:
                raise NothingMade(health.detail)
        async with self.gates[record.provider]:
            pass
        use_id = await self._books.open(record)
        machine = await self._create(provider, record, use_id)
        made = MadeMachine(record, machine, use_id)
        try:
            await self._books.start(use_id)
        except BaseException:
            await self.discard(made)
            raise
        return made

    async def _create(self, provider: SandboxProvider, record: SandboxRecord, use_id: ObjectId) -> Sandbox:
        spec = SandboxSpec(
            str(record.id),
            str(record.project_id),
            lives_until=record.expires_at,
            network=self._limits.network,
            language=record.language,
            size=record.size,
            attempt=str(use_id),
        )
        try:
            return await provider.create(spec)
        except (NothingMade, SandboxQuotaExceeded):
            await self._books.close(use_id)
            raise
        # Else nobody knows whether it made one: the row stays open until a sweep has looked.

    async def unmake(self, machine: Sandbox, use_id: ObjectId) -> None:
        """Stop a machine and close its row. ProviderUnavailable where something may be left, which a sweep then finds,
        and then closes its row.
        """
        await machine.stop()
        await self._books.close(use_id)

    async def discard(self, made: MadeMachine) -> None:
        """The same for one that nobody will use, to its end whatever becomes of the caller; a failure is logged."""
        try:
            await to_its_end(self.unmake(made.machine, made.use_id))
        except DomainError as error:
            _log.error("sandbox.not_stopped", sandbox_id=str(made.record.id), reason=error.message)
