"""Users, as clients see them."""

from datetime import datetime
from typing import Self

import strawberry

from aura_gql.auth.records import Viewer
from aura_gql.graph.context import Info
from aura_gql.graph.nodes import Node, to_global_id
from aura_gql.graph.storage.types import StorageQuota


@strawberry.type(description="Somebody who signed in.")
class User(Node):
    """A viewer on the wire."""

    key: strawberry.Private[str]
    email: str = strawberry.field(description="The address that the user signed up with.")
    name: str = strawberry.field(description="The name for people.")
    image: str | None = strawberry.field(description="The URL of a picture, if the user has one.")
    is_admin: bool = strawberry.field(description="Whether the user may do what administrators do.")
    created_at: datetime = strawberry.field(description="When the user signed up.")
    session_expires_at: datetime = strawberry.field(description="When this session ends.")

    @classmethod
    def from_viewer(cls, viewer: Viewer) -> Self:
        """The user that `viewer` is."""
        return cls(
            id=to_global_id("User", viewer.id),
            key=viewer.id,
            email=viewer.email,
            name=viewer.name,
            image=viewer.image,
            is_admin=viewer.is_admin,
            created_at=viewer.created_at,
            session_expires_at=viewer.expires_at,
        )

    @strawberry.field(description="What the user's projects and archives use of the storage that one user may use.")
    async def quota(self, info: Info) -> StorageQuota:
        """The quota, as it is counted with every change."""
        return StorageQuota.from_record(await info.context.services.quotas.of_user(self.key))
