"""From what somebody wishes to what this server can try."""

from collections.abc import Collection

from aura_gql.kernel.errors import Unsupported
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.choosing.records import SandboxPlan, SandboxWish
from aura_gql.templates.inference.start import tools_of

_LANGUAGES = {"node": "javascript", "bun": "javascript", "python3": "python"}
_TOOLS = {**_LANGUAGES, **dict.fromkeys(("npm", "npx", "pnpm", "yarn"), "javascript"), "pip": "python"}


def plan_for(wish: SandboxWish, usual: SandboxProviderName, configured: Collection[SandboxProviderName]) -> SandboxPlan:
    """The providers to try for a wish: the one that it names, else the `usual` one, then those that it allows instead.

    Unsupported on `provider` where this server has none of them.
    """
    wanted = wish.provider or usual
    offered = tuple(name for name in dict.fromkeys([wanted, *wish.fallback]) if name in configured)
    absent = f"The sandbox provider {wanted} is not configured on this server."
    if not offered:
        raise Unsupported(absent, field=("provider",))
    return SandboxPlan(wanted, offered, wish.size, wish.language, None if offered[0] is wanted else absent)


def fingerprint_of(wish: SandboxWish) -> dict[str, object]:
    """What tells two wishes under one idempotency key apart. What a wish leaves open is left out, as by those clients
    that know no such input.
    """
    told: dict[str, object] = {"provider": None if wish.provider is None else wish.provider.value}
    if wish != SandboxWish(wish.provider):
        told |= {"size": wish.size.value, "fallback": [name.value for name in wish.fallback]}
    return told


def language_of(start_command: str | None) -> str | None:
    """The language of what a command starts, in a word; None where it does not tell."""
    tools = tools_of(start_command or "")
    return next((_LANGUAGES[tool] for tool in tools if tool in _LANGUAGES), None)


def language_of_tool(tool: str) -> str | None:
    """The language whose machines have a program, in a word; None for what any machine may have."""
    return _TOOLS.get(tool)
