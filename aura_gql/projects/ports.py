"""What the projects room asks of the rooms above it; `app.py` hands the implementations in."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from bson import ObjectId
from pymongo.asynchronous.client_session import AsyncClientSession

from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.storage.ports import BlobKey


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that a project starts with: its bytes, or the blob of the template that has them already.

    What a blob holds is believed, `size` and `is_binary` included: a template names none before it is kept for good.
    """

    path: str
    content: bytes | BlobKey
    size: int
    executable: bool = False
    is_binary: bool = False


Advance = Callable[[AsyncClientSession], Awaitable[int]]
"""Changes a project's document inside a transaction that changes its files, counts that as a revision, and gives it."""


class ProjectFiles(Protocol):
    """Keeper of the projects' files."""

    async def import_files(
        self, project_id: ObjectId, files: Sequence[NewFile], author: str, advance: Advance | None = None
    ) -> bool:
        """Give a project its first files, all or none; whether it did. Does nothing where it has had files already (its
        revision is no longer 0), so that a late second run never overwrites what its user wrote since.

        One transaction, in which `advance` changes the project, too: first, and perhaps several times. Nothing is done
        where it raises. Files that are given by reference cost no call of the blob store. ProjectNotFound where the
        project is being deleted.
        """
        ...


class SandboxStarter(Protocol):
    """Starter of the sandbox that a new project asks for."""

    async def start_for_project(self, user_id: str, project_id: ObjectId, provider: SandboxProviderName) -> None:
        """Have a sandbox of the project running, and return when it runs. Does nothing more where the project has a
        live one, so that it may be called again after a crash. The project is still INITIALIZING. A DomainError says
        why it could not start.
        """
        ...


class ProjectResource(Protocol):
    """A room that keeps things of projects."""

    async def remove_project(self, project_id: ObjectId) -> None:
        """Remove everything of a project that is being deleted. Safe to repeat; returns when nothing is left."""
        ...
