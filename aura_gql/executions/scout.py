"""Finding out which languages the sandboxes of a provider really run, by looking into one."""

import asyncio
import shlex
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import structlog

from aura_gql.executions.errors import LanguageUnavailable
from aura_gql.executions.languages import LANGUAGES
from aura_gql.executions.records import ExecutionLanguage, LanguageSupport
from aura_gql.executions.toolchains import Toolchain
from aura_gql.kernel.errors import DomainError
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.ports import Sandbox
from aura_gql.sandboxes.service import SandboxService
from aura_gql.sandboxes.values import Command, OutputStream

_log = structlog.get_logger(__name__)

_LOOK_TIMEOUT_S = 30
_PROBE_TIMEOUT_S = 10
_MAX_VERSION_CHARACTERS = 100
_NONE = "-"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a look found: the first of a language's toolchains that works, and its version."""

    toolchain: Toolchain | None
    version: str | None


class LanguageScout:
    """Looks once for each provider and language, and remembers. A look that failed is taken again."""

    def __init__(self, sandboxes: SandboxService) -> None:
        self._temporary = sandboxes.temporary
        self._found: dict[SandboxProviderName, dict[ExecutionLanguage, Finding]] = defaultdict(dict)
        self._looking: dict[SandboxProviderName, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def toolchain(self, provider: SandboxProviderName, language: ExecutionLanguage) -> Toolchain:
        """What runs a language there. LanguageUnavailable; where nobody can look now, what usually runs it."""
        found = (await self._findings(provider, [language])).get(language)
        if found is None:
            return LANGUAGES[language].toolchains[0]
        if found.toolchain is None:
            raise LanguageUnavailable(_missing(language), details={"language": language.value})
        return found.toolchain

    async def supported(self, provider: SandboxProviderName) -> Sequence[LanguageSupport]:
        """Every language there is, and whether sandboxes of the provider run it."""
        found = await self._findings(provider, list(ExecutionLanguage))
        return [_support(language, found.get(language)) for language in ExecutionLanguage]

    async def _findings(
        self, provider: SandboxProviderName, languages: Sequence[ExecutionLanguage]
    ) -> Mapping[ExecutionLanguage, Finding]:
        known = self._found[provider]
        if all(language in known for language in languages):
            return known
        async with self._looking[provider]:
            unknown = [language for language in languages if language not in known]
            if unknown:
                known.update(await self._look(provider, unknown))
        return known

    async def _look(
        self, provider: SandboxProviderName, languages: Sequence[ExecutionLanguage]
    ) -> Mapping[ExecutionLanguage, Finding]:
        """One machine of each kind is looked into."""
        kinds: dict[str | None, list[ExecutionLanguage]] = defaultdict(list)
        for language in languages:
            kinds[self._temporary.kind_for(provider, language.value.lower())].append(language)
        looks = await asyncio.gather(*(self._look_into(provider, kind, each) for kind, each in kinds.items()))
        return {language: finding for found in looks for language, finding in found.items()}

    async def _look_into(
        self, provider: SandboxProviderName, kind: str | None, languages: Sequence[ExecutionLanguage]
    ) -> Mapping[ExecutionLanguage, Finding]:
        try:
            async with asyncio.timeout(_LOOK_TIMEOUT_S), self._temporary.trial(provider, kind) as machine:
                return _parse(await _printed(machine, _script(languages)), languages)
        except (DomainError, TimeoutError) as error:
            _log.warning("languages.unknown", provider=provider.value, reason=str(error))
            return {}


def _script(languages: Iterable[ExecutionLanguage]) -> str:
    """A shell script that looks for all of them at once and prints a line for each: its name, which toolchain, and
    the first line of that one's version.
    """
    looks = []
    for language in languages:
        choices = []
        for place, toolchain in enumerate(LANGUAGES[language].toolchains):
            there = " && ".join(f"command -v {program} >/dev/null" for program in toolchain.programs)
            probe = f"timeout {_PROBE_TIMEOUT_S} sh -c {shlex.quote(toolchain.probe)} 2>/dev/null </dev/null"
            # One that had no time or no memory says nothing of what is there: such a language stays unknown.
            works = f"{{ v=$({probe}); s=$?; case $s in 124|137) exit;; esac; [ $s = 0 ]; }}"
            choices.append(
                f'if {there} && {works}; then printf "%s\\t%s\\t%s\\n" {language.value} {place} "${{v%%$nl*}}"'
            )
        chain = "; el".join(choices)
        looks.append(f'{{ {chain}; else printf "%s\\t%s\\t\\n" {language.value} {_NONE}; fi; }} &')
    return "nl='\n'\n" + "\n".join(looks) + "\nwait\n"


async def _printed(machine: Sandbox, script: str) -> str:
    process = await machine.start_process(Command(["bash", "-c", script]))
    await process.close_stdin()
    printed = [piece.data async for piece in process.output() if piece.stream is OutputStream.STDOUT]
    return b"".join(printed).decode(errors="replace")


def _parse(printed: str, languages: Sequence[ExecutionLanguage]) -> Mapping[ExecutionLanguage, Finding]:
    found = {}
    for line in printed.splitlines():
        name, place, version = line.split("\t", 2)
        language = ExecutionLanguage(name)
        if place == _NONE:
            found[language] = Finding(None, None)
        else:
            toolchain = LANGUAGES[language].toolchains[int(place)]
            found[language] = Finding(toolchain, version.strip()[:_MAX_VERSION_CHARACTERS] or None)
    return found


def _support(language: ExecutionLanguage, found: Finding | None) -> LanguageSupport:
    if found is None:
        return LanguageSupport(language, False, None, "Nobody could look into a sandbox to see; try again later.")
    if found.toolchain is None:
        return LanguageSupport(language, False, None, _missing(language))
    return LanguageSupport(language, True, found.version, f"Run by {found.toolchain.words}.")


def _missing(language: ExecutionLanguage) -> str:
    known = LANGUAGES[language]
    return f"{known.words} is not available: its sandboxes lack {known.wanted}."
