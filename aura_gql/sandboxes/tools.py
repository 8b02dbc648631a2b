"""Finding out which programs the sandboxes of a provider have, by looking into one."""

import asyncio
import re
import shlex
from collections import defaultdict
from collections.abc import Collection, Mapping
from time import monotonic
from typing import Final

import structlog

from aura_gql.kernel.errors import DomainError
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.choosing.plans import language_of_tool
from aura_gql.sandboxes.ports import Sandbox
from aura_gql.sandboxes.temporary import TemporarySandboxes
from aura_gql.sandboxes.values import Command, OutputStream

_log = structlog.get_logger(__name__)

_LOOK_TIMEOUT_S: Final = 20
_NEXT_LOOK_S: Final = 60
_TOOL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,39}")


class ToolScout:
    """Looks once for each provider and program, and remembers. A look that failed is taken again a minute later."""

    def __init__(self, temporary: TemporarySandboxes) -> None:
        self._temporary = temporary
        self._found: dict[SandboxProviderName, dict[str, bool]] = defaultdict(dict)
        self._looking: dict[SandboxProviderName, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._failed_at: dict[SandboxProviderName, float] = {}

    async def look_for(self, provider: SandboxProviderName, tools: Collection[str]) -> Mapping[str, bool]:
        """Whether each program is in the PATH of its sandboxes; no entry for one that nobody can look for now."""
        async with self._looking[provider]:
            known = self._found[provider]
            unknown = sorted({tool for tool in tools if tool not in known and _TOOL.fullmatch(tool)})
            if unknown and not self._failed_lately(provider):
                known.update(await self._look(provider, unknown))
            return {tool: known[tool] for tool in tools if tool in known}

    def _failed_lately(self, provider: SandboxProviderName) -> bool:
        failed_at = self._failed_at.get(provider)
        return failed_at is not None and monotonic() < failed_at + _NEXT_LOOK_S

    async def _look(self, provider: SandboxProviderName, tools: Collection[str]) -> Mapping[str, bool]:
        """One machine of each kind is looked into."""
        kinds: dict[str | None, list[str]] = defaultdict(list)
        for tool in tools:
            kinds[self._temporary.kind_for(provider, language_of_tool(tool))].append(tool)
        looks = await asyncio.gather(*(self._look_into(provider, kind, each) for kind, each in kinds.items()))
        return {tool: is_there for found in looks for tool, is_there in found.items()}

    async def _look_into(
        self, provider: SandboxProviderName, kind: str | None, tools: Collection[str]
    ) -> Mapping[str, bool]:
        try:
            async with asyncio.timeout(_LOOK_TIMEOUT_S), self._temporary.trial(provider, kind) as machine:
                there = await _present(machine, tools)
        except (DomainError, TimeoutError) as error:
            _log.warning("tools.unknown", provider=provider.value, reason=str(error))
            self._failed_at[provider] = monotonic()
            return {}
        return {tool: tool in there for tool in tools}


async def _present(machine: Sandbox, tools: Collection[str]) -> set[str]:
    """Those that are there; TimeoutError where the look did not come to its end."""
    names = " ".join(shlex.quote(tool) for tool in tools)
    script = f'for tool in {names}; do command -v -- "$tool" >/dev/null && echo "$tool"; done; echo .'
    process = await machine.start_process(Command(["bash", "-c", script]))
    await process.close_stdin()
    printed = [piece.data async for piece in process.output() if piece.stream is OutputStream.STDOUT]
    *there, end = b"".join(printed).decode(errors="replace").split("\n")[:-1] or [""]
    if end != ".":
        raise TimeoutError("The look for programs was cut short.")
    return set(there)
