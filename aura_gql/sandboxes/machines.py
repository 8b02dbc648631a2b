"""The machines that this process holds, for rooms that use them as they are."""

from collections.abc import Sequence

from bson import ObjectId

from aura_gql.sandboxes.errors import SandboxGone
from aura_gql.sandboxes.ports import Sandbox
from aura_gql.sandboxes.registry import SandboxRegistry
from aura_gql.sandboxes.values import ListeningPort


class HeldMachines:
    """Gives out machines that run: nothing is waited for, and their files may be behind the project's.

    It is for those who have checked whose a sandbox is.
    """

    def __init__(self, registry: SandboxRegistry) -> None:
        self._registry = registry

    def get(self, sandbox_id: ObjectId) -> Sandbox | None:
        """The machine of a sandbox; None where it does not run, or another server holds it."""
        live = self._registry.get(sandbox_id)
        return live.machine if live else None

    async def ports(self, sandbox_id: ObjectId) -> Sequence[ListeningPort]:
        """The ports on which code in a sandbox listens; none where `get` has no machine."""
        machine = self.get(sandbox_id)
        try:
            return await machine.ports() if machine else []
        except SandboxGone:
            return []
