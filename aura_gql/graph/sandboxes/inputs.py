"""What clients send about sandboxes."""

import strawberry

from aura_gql.graph.nodes import object_id
from aura_gql.graph.payload import key_description
from aura_gql.graph.sandboxes.enums import SandboxProviderName, SandboxSize, SandboxStatus
from aura_gql.kernel.errors import InvalidInput
from aura_gql.sandboxes.choosing.records import SandboxWish
from aura_gql.sandboxes.records import SandboxFilter


@strawberry.input(name="SandboxFilter", description="Which sandboxes to list; what is left out does not narrow.")
class SandboxFilterInput:
    """A filter on the wire."""

    project_id: strawberry.ID | None = strawberry.field(default=None, description="Only those of this project.")
    statuses: list[SandboxStatus] | None = strawberry.field(default=None, description="Only those in these states.")

    def to_record(self) -> SandboxFilter:
        """The filter for the service; InvalidInput on `filter.projectId`."""
        project_id = None
        if self.project_id is not None:
            project_id = object_id(self.project_id, "Project", ("filter", "projectId"))
        return SandboxFilter(project_id=project_id, statuses=tuple(self.statuses or ()))


@strawberry.input(description="What to start with `createSandbox`.")
class CreateSandboxInput:
    """A wish for a sandbox."""

    project_id: strawberry.ID = strawberry.field(description="The project whose files it gets. It must be READY.")
    provider: SandboxProviderName | None = strawberry.field(
        default=None, description="Who runs it; the project's own provider where left out."
    )
    size: SandboxSize = strawberry.field(
        default=SandboxSize.SMALL, description="How large a machine; `SandboxProvider.sizes` tells what that comes to."
    )
    fallback: list[SandboxProviderName] | None = strawberry.field(
        default=None,
        description=(
            "The providers that may run it instead, the best first, where the wanted one is away or full: none where "
            "left out, and then it fails there. `Sandbox.wantedProvider` and `fallbackReason` tell what became of it."
        ),
    )
    idempotency_key: str | None = strawberry.field(
        default=None, description=key_description("the first sandbox", "starting two")
    )

    def to_wish(self) -> SandboxWish:
        """The wish for the service; InvalidInput on `fallback` where a provider stands there twice."""
        fallback = tuple(self.fallback or ())
        if len(set(fallback)) < len(fallback):
            raise InvalidInput("`fallback` names each provider once.", field=("fallback",))
        return SandboxWish(self.provider, self.size, fallback)


@strawberry.input(description="Which sandbox to end with `stopSandbox`.")
class StopSandboxInput:
    """A sandbox to stop."""

    sandbox_id: strawberry.ID = strawberry.field(description="The sandbox.")


@strawberry.input(description="How much more time a sandbox gets with `extendSandbox`.")
class ExtendSandboxInput:
    """A sandbox to keep."""

    sandbox_id: strawberry.ID = strawberry.field(description="The sandbox. It has not ended and is not being stopped.")
    by_s: int = strawberry.field(
        description=(
            "Seconds by which its end moves, from when it was: 1 at least. The server bounds how long a sandbox lives "
            "in all; beyond that nothing moves, and the error says how many seconds are left."
        )
    )
    idempotency_key: str | None = strawberry.field(
        default=None, description=key_description("what the first call made of it", "extending twice")
    )


@strawberry.input(description="Which sandbox gets a new machine with `restartSandbox`.")
class RestartSandboxInput:
    """A sandbox to restart."""

    sandbox_id: strawberry.ID = strawberry.field(description="The sandbox.")
    idempotency_key: str | None = strawberry.field(
        default=None, description=key_description("the sandbox as it is by then", "restarting twice")
    )


@strawberry.input(description="Which sandbox to forget with `deleteSandbox`.")
class DeleteSandboxInput:
    """A sandbox to delete."""

    sandbox_id: strawberry.ID = strawberry.field(description="The sandbox.")
