"""The vendor of the settings, and a provider over it that makes no more machines than it may."""

import asyncio
from typing import Final

from aura_gql.kernel.errors import DomainError
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.ports import Sandbox
from aura_gql.sandboxes.providers.remote.errors import VendorFull
from aura_gql.sandboxes.providers.remote.images import MachineImages
from aura_gql.sandboxes.providers.remote.provider import RemoteLimits, RemoteProvider
from aura_gql.sandboxes.providers.remote.sandbox import assemble
from aura_gql.sandboxes.values import SandboxSpec
from aura_gql.settings import Settings
from aura_gql.vendor_parts import create_vendors

MOST_AT_ONCE: Final = 6
_LIMITS: Final = RemoteLimits(create_s=120.0, life_s=900.0, orphan_grace_s=0.0)
"""What nothing and nobody ends any more, the vendor's own clock does, in a quarter of an hour."""

_ROUNDS: Final = 30
_PAUSE_S: Final = 1.0


class SmokeProvider(RemoteProvider):
    """Makes `most` machines at most, and has MOST_AT_ONCE at most."""

    def __init__(self, settings: Settings, name: SandboxProviderName, label: str, most: int) -> None:
        """The vendor has to be on; `label` tells the machines of this run from all others of the account."""
        words = {"E2B": settings.providers.e2b_templates, "DAYTONA": settings.providers.daytona_snapshots}[name]
        images = MachineImages(dict(words))
        super().__init__(create_vendors(settings)[name], label, assemble, images=images, limits=_LIMITS)
        self._left = most

    async def create(self, spec: SandboxSpec) -> Sandbox:
        """As the port says; VendorFull beyond the bounds."""
        if self._left == 0:
            raise VendorFull("This run has made as many machines as it may: see --machines.")
        if len(await self.list()) >= MOST_AT_ONCE:
            raise VendorFull(f"This run has {MOST_AT_ONCE} machines, as many as it may at once.")
        self._left -= 1
        return await super().create(spec)

    async def remove_all(self) -> tuple[int, int]:
        """End every machine with the label: how many there were, and how many there still are."""
        found: set[str] = set()
        for _ in range(_ROUNDS):
            try:
                there = {machine.provider_sandbox_id for machine in await self.list()}
                found |= there
                if not there:
                    return len(found), 0
                await self.remove_orphans([])
            except DomainError:  # Whatever it is, the next round may have more luck.
                there = found or {"unknown"}
            await asyncio.sleep(_PAUSE_S)
        return len(found), len(there)
