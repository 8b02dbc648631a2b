"""What clients send about files."""

import strawberry

from aura_gql.files.records import NewUpload
from aura_gql.graph.byte_inputs import given_bytes
from aura_gql.graph.payload import key_description
from aura_gql.graph.uploads import UploadedFile

_VERSION = (
    "The version that this edit began from; 0 for a file that does not exist yet. Where another version is there now, "
    "nothing is saved and the error is CONFLICT, with the present version in its details."
)
_EXECUTABLE = "Set or clear the executable bit; left out, it stays as it is."


@strawberry.input(description="What to save with `saveFile`. Exactly one of `content` and `base64` must be given.")
class SaveFileInput:
    """A file to save."""

    project_id: strawberry.ID = strawberry.field(description="The project. It must be READY.")
    path: str = strawberry.field(
        description="The file's path in the project folder, parts separated by `/`, e.g. `src/main.py`."
    )
    content: str | None = strawberry.field(default=None, description="The new text.")
    base64: str | None = strawberry.field(default=None, description="The new bytes in base64, for what is not text.")
    expected_version: int = strawberry.field(default=0, description=_VERSION)
    executable: bool | None = strawberry.field(default=None, description=_EXECUTABLE)

    def data(self) -> bytes:
        """The bytes to save; InvalidInput unless exactly one of `content` and `base64` is given and well-formed."""
        return given_bytes(self.content, self.base64, "content")


@strawberry.input(name="FileUploadInput", description="One of the files of `uploadFiles`.")
class FileUploadInput:
    """A file and where it goes."""

    path: str = strawberry.field(
        description="Its path in the project folder, parts separated by `/`, e.g. `public/logo.png`."
    )
    file: UploadedFile = strawberry.field(description="Its bytes, text or not.")
    expected_version: int = strawberry.field(default=0, description=_VERSION)
    executable: bool | None = strawberry.field(default=None, description=_EXECUTABLE)

    def to_record(self) -> NewUpload:
        """The file for the service."""
        return NewUpload(self.path, self.file, self.expected_version, self.executable)


@strawberry.input(description="What to save with `uploadFiles`, all of it or nothing.")
class UploadFilesInput:
    """Files to save."""

    project_id: strawberry.ID = strawberry.field(description="The project. It must be READY.")
    files: list[FileUploadInput] = strawberry.field(
        description="The files, each path once: at least one, and at most 100 unless the server's settings say so."
    )
    idempotency_key: str | None = strawberry.field(
        default=None, description=key_description("what the first upload left", "saving anything twice")
    )
