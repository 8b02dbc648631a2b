"""A plan over the files as they are in the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bson import ObjectId
from pymongo.asynchronous.client_session import AsyncClientSession

from aura_gql.files.documents import ProjectFileDocument
from aura_gql.files.history.documents import FileVersionDocument
from aura_gql.files.records import FileRecord
from aura_gql.files.writing.operations import Operation, PutFile, SetExecutable
from aura_gql.files.writing.plan import Plan, make_plan


@dataclass(frozen=True, slots=True)
class Draft:
    """A plan, and the last versions of its new paths that held something before."""

    plan: Plan
    last_versions: Mapping[str, int]


async def make_draft(
    project_id: ObjectId,
    operations: Sequence[Operation],
    session: AsyncClientSession | None = None,
    *,
    found: Sequence[FileRecord] | None = None,
) -> Draft:
    """Plan clean operations on a project's present files; the errors of `make_plan`. `found` are those of the paths of
    `put_paths` where somebody has asked for them already.
    """
    plan = make_plan(await _records(project_id, operations, session, found), operations)
    new = plan.new_paths
    return Draft(plan, await FileVersionDocument.find_last_versions(project_id, new, session) if new else {})


def put_paths(operations: Sequence[Operation]) -> set[str]:
    """The paths at which a plan begins by looking; none where it needs the whole project."""
    if all(isinstance(operation, PutFile | SetExecutable) for operation in operations):
        return {operation.path for operation in operations}
    return set()


async def _records(
    project_id: ObjectId,
    operations: Sequence[Operation],
    session: AsyncClientSession | None,
    found: Sequence[FileRecord] | None,
) -> Sequence[FileRecord]:
    """As few of the project's files as the plan needs: those named, what is next to one new path, or else all."""
    if paths := put_paths(operations):
        if found is None:
            found = await ProjectFileDocument.find_some(project_id, list(paths), session)
        if len(found) == len(paths):
            return found
        if len(paths) == 1:
            return await ProjectFileDocument.find_neighbours(project_id, paths.pop(), session)
    return await ProjectFileDocument.find_entries(project_id, session)
