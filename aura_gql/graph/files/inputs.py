"""What clients send about files."""

import base64
import binascii

import strawberry

from aura_gql.kernel.errors import InvalidInput


@strawberry.input(description="What to save with `saveFile`. Exactly one of `content` and `base64` must be given.")
class SaveFileInput:
    """A file to save."""

    project_id: strawberry.ID = strawberry.field(description="The project. It must be READY.")
    path: str = strawberry.field(
        description="The file's path in the project folder, parts separated by `/`, e.g. `src/main.py`."
    )
    content: str | None = strawberry.field(default=None, description="The new text.")
    base64: str | None = strawberry.field(default=None, description="The new bytes in base64, for what is not text.")
    expected_version: int = strawberry.field(
        default=0,
        description=(
            "The version that this edit began from; 0 for a file that does not exist yet. Where another version is "
            "there now, nothing is saved and the error is CONFLICT, with the present version in its details."
        ),
    )
    executable: bool | None = strawberry.field(
        default=None, description="Set or clear the executable bit; left out, it stays as it is."
    )

    def data(self) -> bytes:
        """The bytes to save; InvalidInput unless exactly one of `content` and `base64` is given and well-formed."""
        if (self.content is None) == (self.base64 is None):
            raise InvalidInput("Give exactly one of `content` and `base64`.", field=("content",))
        if self.content is not None:
            return self.content.encode()
        try:
            return base64.b64decode(self.base64 or "", validate=True)
        except binascii.Error as error:
            raise InvalidInput("`base64` is not valid base64.", field=("base64",)) from error
