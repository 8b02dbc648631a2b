"""Making machines, each with a folder and a user of its own, and taking all of that back."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from aura_gql.kernel.errors import ProviderUnavailable
from aura_gql.sandboxes.providers.local.disk import remove_tree
from aura_gql.sandboxes.providers.local.isolation import Isolation
from aura_gql.sandboxes.providers.local.machine import Machine
from aura_gql.sandboxes.providers.local.sandbox import PROJECT
from aura_gql.sandboxes.providers.local.uids import UidPool


@dataclass(frozen=True, slots=True, eq=False)
class MadeMachine:
    """A machine and what is its alone: its folder, its user, and its groups, which have its `name`."""

    name: str
    folder: Path
    uid: int
    machine: Machine


class MachineMaker:
    """Makes machines that see an empty project folder."""

    def __init__(self, uids: UidPool) -> None:
        self._uids = uids

    async def make(self, isolation: Isolation, name: str, folder: Path) -> MadeMachine:
        """Start a machine; nothing is left by a failure. Raises ProviderUnavailable. Not to be cancelled: shield it."""
        uid = self._uids.lend()
        try:
            await asyncio.to_thread(isolation.make_project, folder / PROJECT, uid)
            machine = await isolation.start_machine(name, folder / PROJECT, uid)
        except BaseException as error:
            self._uids.give_back(uid)
            await asyncio.to_thread(remove_tree, folder)
            if isinstance(error, OSError):
                raise ProviderUnavailable(f"The sandbox's folder or groups could not be made: {error}") from error
            raise
        return MadeMachine(name, folder, uid, machine)

    async def unmake(self, made: MadeMachine) -> None:
        """End a machine that nobody was given, and remove its folder. Raises OSError where that is impossible."""
        await made.machine.kill()
        self._uids.give_back(made.uid)
        await asyncio.to_thread(remove_tree, made.folder)
