"""What may be done to the files of a project, as values."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from aura_gql.files.limits import FileLimits
from aura_gql.files.paths import MAX_PATH_BYTES, clean_path
from aura_gql.files.ports import Content
from aura_gql.kernel.errors import DomainError, InvalidInput
from aura_gql.storage.ports import BlobKey


@dataclass(frozen=True, slots=True)
class StoredContent:
    """Bytes that are safely in the blob store already; `size` counts them."""

    blob: BlobKey
    size: int
    is_binary: bool

    @property
    def sha256(self) -> str:
        """Their SHA-256 in hexadecimal."""
        return self.blob.sha256


@dataclass(frozen=True, slots=True)
class PutFile:
    """Make a file or its next version. `expected_version` is the one that the edit began from, 0 where there was no
    file; None takes whatever is there. `executable` None leaves the bit as it is.
    """

    path: str
    content: Content | StoredContent
    expected_version: int | None = None
    executable: bool | None = None


@dataclass(frozen=True, slots=True)
class SetExecutable:
    """Set or clear the executable bit of a file that is there."""

    path: str
    executable: bool
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class PutFolder:
    """Keep a folder even while nothing is in it."""

    path: str


@dataclass(frozen=True, slots=True)
class DeletePath:
    """Remove a file, or a folder with all that is in it. A folder has no version to expect."""

    path: str
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class MovePath:
    """Give a file, or a folder with all that is in it, another path, at which nothing may be yet."""

    path: str
    to: str
    expected_version: int | None = None


Operation = PutFile | SetExecutable | PutFolder | DeletePath | MovePath


@contextmanager
def about(position: int, path: str) -> Iterator[None]:
    """Have what goes wrong within say which operation it is about: its position comes first in the error's `field`, and
    the path that it names is in the details, unless it is too long to be one.
    """
    try:
        yield
    except DomainError as error:
        error.field = (str(position), *error.field)
        if len(path) <= MAX_PATH_BYTES:
            error.details.setdefault("path", path)
        raise


def alone(_position: int, name: str) -> Sequence[str]:
    """Where the fields of an operation are that is all that the caller was given."""
    return (name,)


@contextmanager
def placed(place: Callable[[int, str], Sequence[str]] = alone) -> Iterator[None]:
    """Have the errors of operations point into the caller's input: `place` gives the path of a field of the operation
    at a position.
    """
    try:
        yield
    except DomainError as error:
        if error.field and error.field[0].isdigit():
            position, name = error.field
            error.field = tuple(place(int(position), name))
        raise


def checked(operations: Sequence[Operation], limits: FileLimits) -> list[Operation]:
    """The operations at clean paths. InvalidPath, InvalidInput and FileTooLarge for what is wrong whatever is there."""
    return [_checked(position, operation, limits) for position, operation in enumerate(operations)]


def _checked(position: int, operation: Operation, limits: FileLimits) -> Operation:
    with about(position, operation.path):
        if not isinstance(operation, PutFolder) and (operation.expected_version or 0) < 0:
            message = "`expectedVersion` is 0 for a new file, else the version."
            raise InvalidInput(message, field=("expectedVersion",))
        path = clean_path(operation.path)
        if isinstance(operation, MovePath):
            return replace(operation, path=path, to=clean_path(operation.to, ("to",)))
        if isinstance(operation, PutFile):
            limits.check_file(path, operation.content.size, ("content",))
        return replace(operation, path=path)
