"""Keeping the books of machines, so that each is in them from before it is there, and ends in them once."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from bson import ObjectId

from aura_gql.infra.patience import patiently
from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.records import SandboxLimits, SandboxRecord
from aura_gql.sandboxes.usage.documents import SandboxUsageAnalytics
from aura_gql.sandboxes.usage.records import MachineUse, SandboxUsage
from aura_gql.sandboxes.values import ProviderSandbox


class UsageBooks:
    """Opens a row for each machine and closes it with its true end. All of it may be repeated, by any server.

    A machine counts from when its provider has given it until nothing of it runs. Nobody here pauses machines: where a
    provider does, the time counts, because a pause costs with some and nobody is told of the others'.
    """

    def __init__(self, owner: str, limits: SandboxLimits) -> None:
        self._owner = owner
        self._limits = limits

    async def open(self, record: SandboxRecord) -> ObjectId:
        """Note that a provider is about to be asked for the machine of a sandbox; the id of the row."""
        now = utcnow()
        row = SandboxUsageAnalytics(
            id=ObjectId(),
            user_id=record.user_id,
            project_id=record.project_id,
            sandbox_id=record.id,
            temporary=record.is_temporary,
            provider=record.provider,
            size=record.size,
            language=record.language,
            owner=self._owner,
            microcents_per_s=self._limits.bounds_of(record.provider).prices.get(record.size, 0),
            opened_at=now,
            seen_at=now,
        )
        await patiently(lambda: SandboxUsageAnalytics.add(row))
        return ObjectId(row.id)

    async def start(self, use_id: ObjectId, at: datetime | None = None) -> None:
        """Note that the machine is there, now unless `at` says when."""
        since = at or utcnow()
        await patiently(lambda: SandboxUsageAnalytics.mark_started(use_id, since))

    async def see(self, use_ids: Sequence[ObjectId]) -> None:
        """Note that the machines run."""
        if use_ids:
            await SandboxUsageAnalytics.mark_seen(use_ids, utcnow())

    async def close(self, use_id: ObjectId, at: datetime | None = None) -> None:
        """Note that the machine has ended, now unless `at` says when; that it never was, where it has not started."""
        ended_at = at or utcnow()
        is_closed = False
        while not is_closed:  # Else it was noted meanwhile that the machine is there.
            is_closed = await patiently(lambda: _close(use_id, ended_at))

    async def left(self, provider: SandboxProviderName, live: Sequence[ObjectId]) -> list[MachineUse]:
        """What is open at a provider and belongs to none of the live sandboxes, the newest first."""
        return await SandboxUsageAnalytics.find_left(provider, live)

    async def settle(
        self, left: Iterable[MachineUse], listed: Collection[ProviderSandbox], removed: Collection[str]
    ) -> None:
        """Bring what was `left` to its end, by what its provider `listed` before it `removed` some of that.

        One that ran until it was removed ends now. One that could not be removed stays open, and runs. One that its
        provider did not list, or only what is left of it, ended when it was last seen: a list may lag behind, so that
        counts once that was some time ago.
        """
        running = {machine.sandbox_id: machine for machine in listed if machine.is_running}
        now = utcnow()
        for use in left:
            # Of several machines of a sandbox the newest is the one that is still there.
            machine = running.pop(str(use.sandbox_id), None)
            if machine is not None:
                await self.start(use.id, max(machine.created_at, use.opened_at))
                await self.see([use.id])
                if machine.sandbox_id in removed:
                    await self.close(use.id)
            elif use.seen_at + timedelta(seconds=self._limits.list_lag_s) <= now:
                await self.close(use.id, use.seen_at)

    async def of(self, user_id: str, sandbox_ids: Sequence[ObjectId]) -> dict[ObjectId, SandboxUsage]:
        """What the machines of a user's sandboxes come to, in one query; those that never had one are not in it."""
        rows = await SandboxUsageAnalytics.rows_of(user_id, sandbox_ids)
        return {row["_id"]: SandboxUsage(int(row["seconds"]), int(row["cost_microcents"])) for row in rows}


async def _close(use_id: ObjectId, at: datetime) -> bool:
    """Whether it is closed now, by whomever."""
    use = await SandboxUsageAnalytics.find_use(use_id)
    return use is None or await SandboxUsageAnalytics.close(use, max(at, use.seen_at))
