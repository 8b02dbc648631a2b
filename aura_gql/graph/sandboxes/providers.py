"""The providers of sandboxes, as clients see them."""

from dataclasses import fields
from datetime import datetime
from typing import Self

import strawberry

from aura_gql.graph.context import Info
from aura_gql.graph.executions.languages import LanguageSupport
from aura_gql.graph.sandboxes.enums import Capability, CircuitState, SandboxProviderName, SandboxSize
from aura_gql.graph.sandboxes.loaders import live_counts
from aura_gql.graph.sandboxes.usage import MICROCENTS_A_CENT
from aura_gql.graph.scalars import Long
from aura_gql.sandboxes.choosing.records import ProviderBounds, SizeOffer
from aura_gql.sandboxes.records import ProviderRecord
from aura_gql.sandboxes.values import Capabilities, Circuit

_SECONDS_AN_HOUR = 3600


@strawberry.type(description="What can be done with the sandboxes of a provider.")
class SandboxCapabilities:
    """Capabilities on the wire."""

    stdin: bool = strawberry.field(description="Whether programs can be given standard input.")
    signals: bool = strawberry.field(description="Whether programs can be stopped by signals, with all their children.")
    network: bool = strawberry.field(description="Whether code inside reaches the network, or some of it.")
    terminal: bool = strawberry.field(description="Whether terminals can be opened in it.")
    ports: bool = strawberry.field(description="Whether what listens on a port can be found and reached.")
    watch: bool = strawberry.field(description="Whether changes of files are told as they happen.")
    pause: bool = strawberry.field(description="Whether a machine can be paused and go on.")
    extend: bool = strawberry.field(description="Whether `extendSandbox` works.")
    metrics: bool = strawberry.field(description="Whether `sandboxMetrics` has figures.")
    persistent: bool = strawberry.field(description="Whether the disk of a stopped machine is kept.")
    emulated: list[Capability] = strawberry.field(
        description=(
            "Those among them that the vendor has not, or not as well: a program of this server's in each machine "
            "brings them. For you they are the same."
        )
    )

    @classmethod
    def from_value(cls, can: Capabilities) -> Self:
        """The capabilities of a provider."""
        flags = {field.name: getattr(can, field.name) for field in fields(can)}
        return cls(**flags | {"emulated": list(can.emulated)})


@strawberry.type(
    description="Whether a provider outside is asked for sandboxes: one that does not answer is left alone."
)
class SandboxProviderCircuit:
    """A breaker on the wire."""

    state: CircuitState = strawberry.field(description="How it stands in the server process that answers you.")
    until: datetime | None = strawberry.field(
        description="When the provider is tried again, at the earliest; null unless it is OPEN."
    )
    reason: str | None = strawberry.field(
        description="What the provider did not do, in words; null where it is CLOSED."
    )

    @classmethod
    def from_value(cls, circuit: Circuit) -> Self:
        """The breaker of a provider."""
        return cls(state=circuit.state, until=circuit.until, reason=circuit.reason)


@strawberry.type(description="How many sandboxes a provider has here, and how long they live.")
class SandboxProviderLimits:
    """The bounds of a provider on the wire."""

    provider: strawberry.Private[SandboxProviderName]
    max_sessions: int | None = strawberry.field(
        description="The most live sandboxes of all users on it; null where only the provider itself bounds them."
    )
    lifetime_s: int = strawberry.field(description="Seconds after which a new sandbox on it ends in any case.")
    max_lifetime_s: int = strawberry.field(
        description="The most seconds in all to which `extendSandbox` takes one on it."
    )

    @classmethod
    def from_record(cls, record: ProviderRecord) -> Self:
        """The bounds of a provider."""
        return cls(
            provider=record.name,
            max_sessions=record.bounds.max_sessions,
            lifetime_s=int(record.lifetime_s),
            max_lifetime_s=int(record.max_lifetime_s),
        )

    @strawberry.field(description="How many live sandboxes all users have on it now, those that start included.")
    async def sessions(self, info: Info) -> int:
        """Load."""
        return await live_counts(info.context).load(self.provider)


@strawberry.type(
    description="What a size comes to on a provider; null for what is not known before a machine is there."
)
class SandboxSizeOffer:
    """A size on the wire."""

    size: SandboxSize = strawberry.field(description="The word that names it in `createSandbox`.")
    image: str | None = strawberry.field(
        description=(
            "The provider's own name for what its machines are made from, where the language asks for no other: a "
            "template of E2B, a snapshot of Daytona. Where two sizes have the same, they are the same."
        )
    )
    cpus: float | None = strawberry.field(description="CPUs, in fractions; `Sandbox.resourceLimits` tells a machine's.")
    memory_bytes: Long | None = strawberry.field(description="Bytes of memory, likewise.")
    cents_per_hour: float | None = strawberry.field(
        description="What an hour is charged with, in US cents; null where this server charges nothing."
    )

    @classmethod
    def of(cls, size: SandboxSize, bounds: ProviderBounds) -> Self:
        """A size on a provider with these bounds."""
        offer, price = bounds.sizes.get(size, SizeOffer()), bounds.prices.get(size)
        return cls(
            size=size,
            image=offer.image,
            cpus=offer.cpus,
            memory_bytes=None if offer.memory_bytes is None else Long(offer.memory_bytes),
            cents_per_hour=None if price is None else price * _SECONDS_AN_HOUR / MICROCENTS_A_CENT,
        )


@strawberry.type(description="A provider of sandboxes, as this server has it.")
class SandboxProvider:
    """A provider record on the wire."""

    name: SandboxProviderName = strawberry.field(description="The word that names it in inputs.")
    available: bool = strawberry.field(description="Whether sandboxes can be created on it now.")
    detail: str = strawberry.field(description="How it isolates, or what is missing, in words for a person.")
    circuit: SandboxProviderCircuit | None = strawberry.field(
        description="Whether it is asked at all; null for one that runs on the server's own host, or is not configured."
    )
    capabilities: SandboxCapabilities | None = strawberry.field(
        description="What it can do; null where this server has no access to it."
    )
    is_default: bool = strawberry.field(description="Whether it runs the sandboxes of those who name no provider.")
    limits: SandboxProviderLimits | None = strawberry.field(
        description="What bounds its sandboxes; null where this server has no access to it."
    )
    sizes: list[SandboxSizeOffer] = strawberry.field(
        description="The sizes that its sandboxes can have, the smallest first; none where there is no access to it."
    )

    @classmethod
    def from_record(cls, record: ProviderRecord) -> Self:
        """The provider that `record` describes."""
        can, circuit = record.capabilities, record.circuit
        return cls(
            name=record.name,
            available=record.available,
            detail=record.detail,
            circuit=None if circuit is None else SandboxProviderCircuit.from_value(circuit),
            capabilities=None if can is None else SandboxCapabilities.from_value(can),
            is_default=record.is_default,
            limits=None if can is None else SandboxProviderLimits.from_record(record),
            sizes=[] if can is None else [SandboxSizeOffer.of(size, record.bounds) for size in SandboxSize],
        )

    @strawberry.field(
        description="The languages that code may be in, and whether its sandboxes run them; none where it is away."
    )
    async def languages(self, info: Info) -> list[LanguageSupport]:
        """Call, convert."""
        if not self.available:
            return []
        found = await info.context.services.executions.languages(self.name)
        return [LanguageSupport.from_record(support) for support in found]
