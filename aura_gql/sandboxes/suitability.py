"""Which providers can run a program, told by what it needs."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

from aura_gql.sandboxes.records import MachineNeeds, ProviderRecord, Suitability
from aura_gql.sandboxes.temporary import TemporarySandboxes
from aura_gql.sandboxes.tools import ToolScout


class SandboxSuitability:
    """Holds needs against what each provider has, asked now, and the programs of its sandboxes, looked for once."""

    def __init__(
        self, providers: Callable[[], Awaitable[Sequence[ProviderRecord]]], temporary: TemporarySandboxes
    ) -> None:
        self._providers = providers
        self._scout = ToolScout(temporary)

    async def of(self, needs: Sequence[MachineNeeds]) -> list[list[Suitability]]:
        """For each of the needs every provider there is. The first one to ask waits until a sandbox was looked into."""
        tools = {tool for each in needs for tool in each.tools}
        records = await self._providers()
        found = await asyncio.gather(*(self._tools(record, tools) for record in records))
        return [[judge(record, each, there) for record, there in zip(records, found, strict=True)] for each in needs]

    async def _tools(self, record: ProviderRecord, tools: set[str]) -> Mapping[str, bool]:
        return await self._scout.look_for(record.name, tools) if record.available else {}


def judge(record: ProviderRecord, needs: MachineNeeds, tools: Mapping[str, bool]) -> Suitability:
    """Whether a provider whose sandboxes have these tools can run what has these needs, and why not.

    A tool without an entry is one that nobody could look for: then nobody promises anything.
    """
    reason = _obstacle(record, needs, tools)
    return Suitability(record.name, reason is None, reason)


def _obstacle(record: ProviderRecord, needs: MachineNeeds, tools: Mapping[str, bool]) -> str | None:
    if not record.available or record.capabilities is None:
        return record.detail
    if missing := [f"`{tool}`" for tool in needs.tools if tools.get(tool) is False]:
        return f"Its sandboxes lack {' and '.join(missing)}."
    if needs.network and not record.capabilities.network:
        return "It installs packages first, and the sandboxes have no network to install them from."
    if any(tool not in tools for tool in needs.tools):
        return "Nobody could look into a sandbox to see; try again later."
    return None
