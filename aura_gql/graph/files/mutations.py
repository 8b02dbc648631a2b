"""Saving files."""

import strawberry

from aura_gql.graph.context import Info
from aura_gql.graph.files.inputs import SaveFileInput
from aura_gql.graph.files.types import ProjectFile
from aura_gql.graph.nodes import object_id
from aura_gql.graph.payload import Input, Payload, settled
from aura_gql.graph.permissions import SignedIn


@strawberry.type(description="What `saveFile` did.")
class SaveFilePayload(Payload):
    """The file, or the errors."""

    file: ProjectFile | None = strawberry.field(
        default=None, description="The file as it is now; its `version` is what the next edit begins from."
    )


@strawberry.type
class FileMutations:
    """The files room's part of the root."""

    @strawberry.mutation(
        description="Make a file or save a new version of it. It never overwrites a version that you have not seen.",
        permission_classes=[SignedIn],
    )
    @settled
    async def save_file(self, info: Info, input: Input[SaveFileInput]) -> SaveFilePayload:
        """Authorise, call, convert."""
        viewer = info.context.require_viewer()
        record = await info.context.services.files.save(
            viewer.id,
            object_id(input.project_id, "Project", ("projectId",)),
            input.path,
            input.data(),
            input.expected_version,
            input.executable,
        )
        return SaveFilePayload(file=ProjectFile.from_record(record))
