"""The names that clients choose for what they download."""

from collections.abc import Sequence

from aura_gql.kernel.characters import first_misleading
from aura_gql.kernel.errors import InvalidInput

MAX_FILENAME_BYTES = 255


def check_filename(name: str, field: Sequence[str] = ("filename",)) -> str:
    """`name` itself; InvalidInput on `field` unless it is a plain name of 1 to 255 bytes of UTF-8.

    Refused: folders, `.` and `..`, control characters and marks of text direction, which make a name look like another.
    """
    if first_misleading(name):
        raise InvalidInput("A file name has no control characters and no marks of text direction.", field=field)
    if name.strip() in ("", ".", "..") or "/" in name or "\\" in name:
        raise InvalidInput("A file name is a name without folders.", field=field)
    if len(name.encode()) > MAX_FILENAME_BYTES:
        raise InvalidInput(f"A file name has at most {MAX_FILENAME_BYTES} bytes of UTF-8.", field=field)
    return name
