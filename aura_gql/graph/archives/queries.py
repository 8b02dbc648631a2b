"""Looking archives up."""

from collections.abc import Mapping

from bson import ObjectId

from aura_gql.graph.archives.types import ProjectArchive
from aura_gql.graph.context import Context


async def fetch_archives(context: Context, ids: list[ObjectId]) -> Mapping[ObjectId, ProjectArchive]:
    """Those of the archives that are of the viewer's projects, for `node`."""
    viewer, services = context.require_viewer(), context.services
    records = await services.archives.find_many(ids)
    projects = await services.projects.get_many(viewer.id, list({record.project_id for record in records}))
    return {record.id: ProjectArchive.from_record(record) for record in records if record.project_id in projects}
