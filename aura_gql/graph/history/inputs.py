"""What clients send to ask for what was, and to bring it back."""

from typing import Annotated

import strawberry

FilePath = Annotated[str, strawberry.argument(description="Its path in the project folder, e.g. `src/main.py`.")]
FromVersion = Annotated[
    int,
    strawberry.argument(name="from", description="The older version; 0 for the file before it was there."),
]
ToVersion = Annotated[
    int | None,
    strawberry.argument(description="The newer version, 0 as with `from`; left out, the one that is there now."),
]
FromPath = Annotated[
    str | None,
    strawberry.argument(
        description="The path of the older version, where the file was moved since; left out, the same."
    ),
]
FromRevision = Annotated[
    int,
    strawberry.argument(
        name="from", description="The revision to begin with; 0 for the project before its first file."
    ),
]
ToRevision = Annotated[
    int | None, strawberry.argument(description="The revision to end with; left out, the one that it has now.")
]


@strawberry.input(description="What to bring back with `restoreFileVersion`.")
class RestoreFileVersionInput:
    """A version of a file."""

    project_id: strawberry.ID = strawberry.field(description="The project. It must be READY.")
    path: str = strawberry.field(description="The path of the file, which may have been deleted since.")
    version: int = strawberry.field(description="The version to bring back, as `history` tells it.")
    expected_version: int = strawberry.field(
        description=(
            "The version that you see there now; 0 where there is no file. Where another one is there the error is "
            "CONFLICT, with the present version in its details, unless the file is what it is to become already."
        )
    )


@strawberry.input(description="What to bring back with `restoreRevision`.")
class RestoreRevisionInput:
    """A revision of a project."""

    project_id: strawberry.ID = strawberry.field(description="The project. It must be READY.")
    revision: int = strawberry.field(description="The revision to bring back, as `Project.revisions` tells it.")
    expected_revision: int = strawberry.field(
        description=(
            "The revision of the project that you see now. Where it has another one the error is CONFLICT, with the "
            "present revision in its details, unless the files are what they are to become already."
        )
    )
