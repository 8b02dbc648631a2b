"""Who is signed in."""

from collections.abc import Mapping, Sequence

import strawberry

from aura_gql.graph.context import Context, Info
from aura_gql.graph.users.types import User


@strawberry.type
class UserQueries:
    """The users' part of the root."""

    @strawberry.field(description="The user who is signed in; null where nobody is.")
    def viewer(self, info: Info) -> User | None:
        """Convert."""
        viewer = info.context.viewer
        return None if viewer is None else User.from_viewer(viewer)


async def fetch_users(context: Context, keys: Sequence[str]) -> Mapping[str, User]:
    """The viewer where `keys` names them, for `node`; other users are not for the viewer to see."""
    viewer = context.viewer
    return {viewer.id: User.from_viewer(viewer)} if viewer and viewer.id in keys else {}
