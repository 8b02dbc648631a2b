"""What users ask for together."""

from dataclasses import dataclass

from bson import ObjectId

from aura_gql.files.writing.operations import Operation


@dataclass(frozen=True, slots=True)
class PutUpload:
    """Make a file or its next version of the bytes that were brought by a ticket; else as `PutFile`."""

    path: str
    ticket_id: ObjectId
    expected_version: int | None = None
    executable: bool | None = None


UserOperation = Operation | PutUpload
