"""What listens in sandboxes, as clients see it."""

from typing import Self

import strawberry

from aura_gql.graph.sandboxes.enums import IpVersion
from aura_gql.sandboxes.values import ListeningPort


@strawberry.type(description="A TCP port on which something in a sandbox listens.")
class SandboxPort:
    """A port on the wire."""

    port: int = strawberry.field(description="Its number; `createPreviewUrl` makes an address for it.")
    ip_versions: list[IpVersion] = strawberry.field(description="The versions of IP over which it is listened on.")
    process_id: int | None = strawberry.field(
        description="The process that listens, by its pid in the sandbox; null where that is not known."
    )
    process_name: str | None = strawberry.field(
        description="Its name, at most 15 bytes, which the program chooses; null where it is not known."
    )

    @classmethod
    def from_value(cls, value: ListeningPort) -> Self:
        """The port that `value` describes."""
        return cls(
            port=value.port,
            ip_versions=list(value.ip_versions),
            process_id=value.pid,
            process_name=value.process_name,
        )
