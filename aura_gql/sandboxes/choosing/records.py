"""What owners wish for a machine, and what operators bound."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.values import SandboxSize


@dataclass(frozen=True, slots=True)
class SandboxWish:
    """What somebody wants of a new sandbox. `provider` None is the project's own.

    `fallback` are the providers that may be taken instead, the best first, where the wanted one is not there or is
    full: nobody is sent to another one unasked. `language` is a word such as `python`, None where nobody knows.
    """

    provider: SandboxProviderName | None = None
    size: SandboxSize = SandboxSize.SMALL
    fallback: tuple[SandboxProviderName, ...] = ()
    language: str | None = None


ANYTHING = SandboxWish()
"""What who names nothing wishes."""


@dataclass(frozen=True, slots=True)
class SandboxPlan:
    """A wish in the light of what this server has: the `wanted` provider, and those to try, in order.

    `detour` says why the first of them is another than the wanted one, None where it is that.
    """

    wanted: SandboxProviderName
    providers: tuple[SandboxProviderName, ...]
    size: SandboxSize = SandboxSize.SMALL
    language: str | None = None
    detour: str | None = None

    def without(self, provider: SandboxProviderName, reason: str) -> "SandboxPlan":
        """The plan once a provider has proved to be none, in words for the owner; it may have none left then."""
        left = tuple(name for name in self.providers if name is not provider)
        return replace(self, providers=left, detour=joined(self.detour, reason))


def joined(earlier: str | None, reason: str) -> str:
    """Why this one was not taken behind why others were not."""
    return reason if earlier is None else f"{earlier} {reason}"


@dataclass(frozen=True, slots=True)
class SizeOffer:
    """What a size comes to on a provider: `image` is the vendor's own word for what machines of that size are made
    from, where no language asks for another. None for what nobody knows before a machine is there.
    """

    image: str | None = None
    cpus: float | None = None
    memory_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class ProviderBounds:
    """What an operator allows one provider.

    `max_sessions` are its live sandboxes, of all users and all servers; None leaves that to the provider. `lifetime_s`
    is how many seconds a sandbox on it lives, None as long as any, and `max_lifetime_s` how many it can live there at
    all, whatever is asked for. `prices` are the micro-cents that a second of a machine costs, by its size; what is not
    there costs nothing. `sizes` tells what each size comes to; one that is not there is as good as any other.
    `languages` are the words of those whose machines are made from something of their own.
    """

    max_sessions: int | None = None
    lifetime_s: float | None = None
    max_lifetime_s: float | None = None
    prices: Mapping[SandboxSize, int] = field(default_factory=dict)
    sizes: Mapping[SandboxSize, SizeOffer] = field(default_factory=dict)
    languages: frozenset[str] = frozenset()
