"""Creations at a vendor over HTTP that are cut off, made twice, or made side by side for two environments."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aura_gql.sandboxes.providers.remote.provider import RemoteProvider
from aura_gql.sandboxes.values import SandboxSpec
from tests.support.vendors.faults import Fault, Faults
from tests.support.vendors.remote import bare
from tests.support.waiting import until


@dataclass(frozen=True)
class Account:
    """An account at a vendor: `provider_of` an environment, `there` are the ids of all machines in it, in any order.
    `creation` is the method and the path of the request that makes one.
    """

    provider_of: Callable[[str], RemoteProvider]
    there: Callable[[], Sequence[str]]
    faults: Faults
    creation: tuple[str, str]

    async def give_up(self) -> None:
        """What the vendor makes, or answers, when nobody listens any more is not left."""
        provider, going = self.provider_of("tests"), asyncio.Event()
        for name, fault in (("unmade", Fault(before=going)), ("untold", Fault(behind=going))):
            self.faults.add(*self.creation, fault)
            creating = asyncio.create_task(provider.create(SandboxSpec(name, "project", attempt="1")))
            await until(lambda: self.faults.seen[-1:] == [self.creation])
            if fault.behind is not None:
                await until(self.there)
            creating.cancel()
            await asyncio.wait([creating])
            assert creating.cancelled()
            going.set()
            await until(lambda: not provider.is_busy)
            assert not self.there()
            going.clear()

    async def create_twice_at_once(self) -> None:
        """Two servers that make the same sandbox at once have the same machine."""
        spec = SandboxSpec("twice", "project", attempt="1")
        providers = [self.provider_of("tests") for _ in range(2)]
        made = [bare(sandbox) for sandbox in await asyncio.gather(*(provider.create(spec) for provider in providers))]
        assert self.there() == [spec.sandbox_id]
        assert len({machine.machine_id for machine in made}) == 1
        await made[0].stop()
        await until(lambda: not made[1].is_running)

    async def create_for_two_environments(self) -> None:
        """Two environments of one account never touch each other's machines."""
        spec = SandboxSpec("shared", "project", attempt="1")
        ours, theirs = self.provider_of("tests"), self.provider_of("others")
        made = [bare(await provider.create(spec)) for provider in (ours, theirs)]
        assert self.there() == [spec.sandbox_id] * 2
        assert [len(await provider.list()) for provider in (ours, theirs)] == [1, 1]
        assert await ours.remove_orphans([]) == [spec.sandbox_id]
        assert self.there() == [spec.sandbox_id]
        assert await ours.list() == []
        assert made[1].is_running
        assert (await theirs.list())[0].provider_sandbox_id == made[1].machine_id
        await made[1].stop()
