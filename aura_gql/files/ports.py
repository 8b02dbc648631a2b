"""What the files room asks of the projects, and of whoever brings files."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from bson import ObjectId
from pymongo.asynchronous.client_session import AsyncClientSession

from aura_gql.projects.records import ProjectRecord


class ProjectAccess(Protocol):
    """Who may touch a project, and the count of its changes. `ProjectService` is one."""

    async def get(self, viewer_id: str, project_id: ObjectId) -> ProjectRecord:
        """The project where the viewer may see it; ProjectNotFound."""
        ...

    async def require_ready(self, viewer_id: str, project_id: ObjectId) -> ProjectRecord:
        """The project where the viewer may see it and it is READY; ProjectNotFound, ProjectNotReady."""
        ...

    async def require_ready_with(
        self, viewer_id: str, project_id: ObjectId, beside: Sequence[Mapping[str, Any]]
    ) -> tuple[ProjectRecord, Mapping[str, Any]]:
        """As `require_ready`, with what `$lookup` stages on the caller's own collections found, each under its `as` and
        none of it older than the project: all in one round trip.
        """
        ...

    async def owner_of(self, project_id: ObjectId) -> str | None:
        """The user who owns the project, whatever its status; None where there is none."""
        ...

    async def advance_revision(self, project_id: ObjectId, session: AsyncClientSession) -> int:
        """Count a change inside the caller's transaction, 1 for the first; ProjectNotFound once it is being deleted.

        It writes to the project's document, so that two transactions on one project never run side by side.
        """
        ...


class Content(Protocol):
    """The bytes of a file that somebody brings, read only where they are needed."""

    @property
    def size(self) -> int:
        """How many they are."""
        ...

    @property
    def sha256(self) -> str:
        """Their SHA-256 in hexadecimal."""
        ...

    async def read(self) -> bytes:
        """All of them."""
        ...
