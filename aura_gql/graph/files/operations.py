"""What clients send with `applyFileOperations`."""

from collections.abc import Sequence

import strawberry

from aura_gql.files.batches.records import PutUpload, UserOperation
from aura_gql.files.writing.contents import HeldBytes
from aura_gql.files.writing.operations import DeletePath, MovePath, PutFile, PutFolder, SetExecutable, about
from aura_gql.graph.byte_inputs import given_bytes
from aura_gql.graph.links.inputs import upload_id
from aura_gql.graph.payload import key_description
from aura_gql.kernel.errors import InvalidInput

_PATH = "The path in the project folder, parts separated by `/`, e.g. `src/main.py`."
_EXPECTED = (
    "The version that you have of the file; left out, whatever is there. Where another one is there the error is "
    "CONFLICT, with the present version and its SHA-256 in the details. For a folder leave it out."
)
_UPLOAD = (
    "An upload of `createUploadUrl` for a FILE, whose bytes have arrived: for what is too large for a request. It is "
    "used up when the batch is done."
)
_EXECUTABLE = "Whether it has the executable bit."


@strawberry.input(description="A file or a folder that is to come to be where nothing is.")
class CreateFileInput:
    """A creation."""

    path: str = strawberry.field(description=_PATH)
    content: str | None = strawberry.field(default=None, description="The text of the file.")
    base64: str | None = strawberry.field(default=None, description="Its bytes in base64, where it is not text.")
    upload_id: strawberry.ID | None = strawberry.field(default=None, description=_UPLOAD)
    executable: bool = strawberry.field(default=False, description=_EXECUTABLE)
    is_folder: bool = strawberry.field(
        default=False,
        description=(
            "Make a folder, which is kept even while nothing is in it; then there is no content. Folders of files "
            "need none of that. One that is there already is no error."
        ),
    )

    def to_operation(self) -> UserOperation:
        """The operation; InvalidInput unless there is one content for a file and none for a folder."""
        if self.is_folder:
            if self.executable or not (self.content is self.base64 is self.upload_id is None):
                raise InvalidInput("A folder has no content and no executable bit.", field=("isFolder",))
            return PutFolder(self.path)
        return _put(self, 0)


@strawberry.input(description="The next version of a file.")
class UpdateFileInput:
    """An update."""

    path: str = strawberry.field(description=_PATH)
    content: str | None = strawberry.field(default=None, description="The new text.")
    base64: str | None = strawberry.field(default=None, description="The new bytes in base64, where it is not text.")
    upload_id: strawberry.ID | None = strawberry.field(default=None, description=_UPLOAD)
    executable: bool | None = strawberry.field(
        default=None,
        description="Set or clear the executable bit, with new content or without; left out, it stays as it is.",
    )
    expected_version: int = strawberry.field(
        description=(
            "The version that this edit began from, 1 or more. Where another one is there nothing is done and the "
            "error is CONFLICT, with the present version and its SHA-256 in the details. What an earlier operation of "
            "the same batch left may be named by the version that the file had before."
        )
    )

    def to_operation(self) -> UserOperation:
        """The operation; InvalidInput where it changes nothing, or more than one content is given."""
        if self.expected_version < 1:
            raise InvalidInput(
                "`expectedVersion` is 1 or more: what is not there yet is created.", field=("expectedVersion",)
            )
        if self.content is self.base64 is self.upload_id is None and self.executable is not None:
            return SetExecutable(self.path, self.executable, self.expected_version)
        return _put(self, self.expected_version)


@strawberry.input(description="A file, or a folder with all that is in it, that is to go. Its history stays.")
class DeleteFileInput:
    """A deletion."""

    path: str = strawberry.field(description=_PATH)
    expected_version: int | None = strawberry.field(default=None, description=_EXPECTED)

    def to_operation(self) -> UserOperation:
        """The operation."""
        return DeletePath(self.path, self.expected_version)


@strawberry.input(
    description=(
        "A file, or a folder with all that is in it, that is to have another path, at which nothing is. Another "
        "spelling of the same name will do: `readme.md` may move to `README.md`."
    )
)
class MoveFileInput:
    """A move."""

    path: str = strawberry.field(description=_PATH)
    to: str = strawberry.field(description="The new path.")
    expected_version: int | None = strawberry.field(default=None, description=_EXPECTED)

    def to_operation(self) -> UserOperation:
        """The operation."""
        return MovePath(self.path, self.to, self.expected_version)


@strawberry.input(one_of=True, description="One thing to do to a file or a folder of a project.")
class FileOperationInput:
    """An operation."""

    create: CreateFileInput | None = strawberry.field(default=strawberry.UNSET, description="Make a file or a folder.")
    update: UpdateFileInput | None = strawberry.field(
        default=strawberry.UNSET, description="Save the next version of a file."
    )
    delete: DeleteFileInput | None = strawberry.field(
        default=strawberry.UNSET, description="Remove a file or a folder."
    )
    move: MoveFileInput | None = strawberry.field(
        default=strawberry.UNSET, description="Rename a file or a folder, or put it elsewhere."
    )

    @property
    def given(self) -> tuple[str, CreateFileInput | UpdateFileInput | DeleteFileInput | MoveFileInput]:
        """Which of the fields it is, and its value."""
        fields = {"create": self.create, "update": self.update, "delete": self.delete, "move": self.move}
        return next((name, value) for name, value in fields.items() if value)


@strawberry.input(
    description=(
        "What to do to the files of a project with `applyFileOperations`: all of it, in this order and each operation "
        "seeing those before, or nothing."
    )
)
class ApplyFileOperationsInput:
    """Operations."""

    project_id: strawberry.ID = strawberry.field(description="The project. It must be READY.")
    operations: list[FileOperationInput] = strawberry.field(
        description="The operations: at least one, and at most 500 unless the server's settings say so."
    )
    expected_revision: int | None = strawberry.field(
        default=None,
        description=(
            "The `revision` of the project that you have seen; left out, any. Where it is at another one nothing is "
            "done and the error is CONFLICT, with `currentRevision` in its details."
        ),
    )
    idempotency_key: str | None = strawberry.field(
        default=None, description=key_description("what the first batch came to", "doing anything twice")
    )

    def to_operations(self) -> list[UserOperation]:
        """The operations for the service; InvalidInput, the position first in its field, where one is malformed."""
        return [_to_operation(position, operation) for position, operation in enumerate(self.operations)]

    def place(self, position: int, name: str) -> Sequence[str]:
        """Where the client gave the field `name` of the operation at a position."""
        kind, given = self.operations[position].given
        if name == "content" and isinstance(given, CreateFileInput | UpdateFileInput):
            name = "uploadId" if given.upload_id is not None else "content" if given.base64 is None else "base64"
        if name == "expectedVersion" and isinstance(given, CreateFileInput):
            name = "path"
        return ("operations", str(position), kind, name)


def _to_operation(position: int, operation: FileOperationInput) -> UserOperation:
    _, given = operation.given
    with about(position, given.path):
        return given.to_operation()


def _put(given: CreateFileInput | UpdateFileInput, expected_version: int) -> UserOperation:
    """The operation that puts the one given content at its path."""
    if given.content is given.base64 is given.upload_id is None:
        what = "`content`, `base64` or `uploadId`" + (", or `executable`" if isinstance(given, UpdateFileInput) else "")
        raise InvalidInput(f"Give {what}.", field=("content",))
    if given.upload_id is None:
        data = given_bytes(given.content, given.base64, "content")
        return PutFile(given.path, HeldBytes(data), expected_version, given.executable)
    if given.content is not None or given.base64 is not None:
        raise InvalidInput("Give one of `content`, `base64` and `uploadId`.", field=("uploadId",))
    return PutUpload(given.path, upload_id(given.upload_id), expected_version, given.executable)
