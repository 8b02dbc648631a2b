"""Deciding whether there is room for a sandbox."""

import asyncio

from bson import ObjectId

from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.choosing.documents import SandboxAdmissions
from aura_gql.sandboxes.errors import ProviderFull, SandboxQuotaExceeded
from aura_gql.sandboxes.records import SandboxLimits


class SandboxAdmission:
    """Holds stored sandboxes against the quotas of their user, of this server and of their provider.

    Counted behind the insertion, so that of creations in several servers at once none slips past a limit.
    """

    def __init__(self, owner: str, limits: SandboxLimits) -> None:
        self._owner = owner
        self._limits = limits

    async def admit(self, sandbox_id: ObjectId, user_id: str) -> bool:
        """Whether the sandbox is within the quotas; False where the same call elsewhere decided that meanwhile. Where
        it had to go: SandboxQuotaExceeded for its user's, ProviderFull for its provider's.

        Decided once, whoever asks, so that nobody is given a sandbox which the same call elsewhere takes back.
        """
        found = await SandboxAdmissions.find_for(sandbox_id)
        if found is None:
            return False
        admission_id, is_granted, provider = found
        if is_granted:
            return True
        of_user, full = await asyncio.gather(SandboxAdmissions.count_live(user_id=user_id), self.fullness(provider))
        limit = self._limits.max_per_user
        if of_user <= limit and full is None:
            return await SandboxAdmissions.grant(sandbox_id, admission_id)
        if not await SandboxAdmissions.take_back(sandbox_id, admission_id):
            return False
        if of_user > limit:
            raise SandboxQuotaExceeded(
                f"You may have {limit} live sandboxes; stop one first.", details={"limit": limit}
            )
        raise full or AssertionError

    async def fullness(self, provider: SandboxProviderName) -> ProviderFull | None:
        """What is to be said where more sandboxes live on a provider than may, the newest counted; else None."""
        allowed = self._limits.bounds_of(provider).max_sessions
        if allowed is not None and await SandboxAdmissions.count_live(provider=provider) > allowed:
            message = f"{provider} has as many live sandboxes as this server's operator allows it; try again later."
            return ProviderFull(provider, message, allowed)
        here = self._limits.max_per_host
        if provider is not SandboxProviderName.LOCAL:
            return None
        if await SandboxAdmissions.count_live(owner=self._owner, provider=provider) <= here:
            return None
        message = "This server has as many live sandboxes as it can hold; try again later."
        return ProviderFull(provider, message, here)
