"""What a file of a project may be called, and which paths can't stand side by side."""

import unicodedata
from collections.abc import Sequence

from aura_gql.files.errors import InvalidPath, PathClash
from aura_gql.kernel.characters import first_misleading

MAX_PATH_BYTES = 1_024
MAX_PART_BYTES = 255
MAX_DEPTH = 32

_RESERVED = ".git"
_KEY_SEPARATOR = "\x01"


def clean_path(path: str, field: Sequence[str] = ("path",)) -> str:
    """`path` in Unicode's NFC; InvalidPath on `field` unless it is a plain relative path, its parts joined by `/`.

    Refused: more than 1,024 bytes of UTF-8 in all, 255 in a part, 32 parts; empty parts, `.` and `..`; backslashes,
    control characters and marks of text direction; spaces at either end of a part; parts named `.git` in any case.
    """
    broken = _broken_rule(path)
    if broken is None:
        path = unicodedata.normalize("NFC", path)
        broken = _broken_rule(path)
    if broken is not None:
        raise InvalidPath(broken, field=field)
    return path


def path_key(path: str) -> str:
    """The form in which paths that a file system may take for the same are equal, and that sorts a folder's content
    right behind the folder's own name.
    """
    return unicodedata.normalize("NFC", path.casefold()).replace("/", _KEY_SEPARATOR)


def check_beside(path: str, neighbours: Sequence[str], field: Sequence[str] = ("path",)) -> None:
    """PathClash on `field` where a new file `path` can't stand beside those that are next to it in order of key. The
    path of a folder that is kept ends with `/` here, as in `FileRecord.place`.

    The next before and the next behind suffice: files of one folder are neighbours in that order, and so is the file
    that has the name of a folder.
    """
    for other in neighbours:
        if reason := _clash(path, other):
            raise PathClash(reason, field=field, details={"clashesWith": other.removesuffix("/")})


def _broken_rule(path: str) -> str | None:
    if not path:
        return "A path has at least one part."
    if character := first_misleading(path):
        return f"A path has no control characters; U+{ord(character):04X} is one."
    if "\\" in path:
        return "A path has no backslashes; its parts are separated by `/`."
    size = len(path.encode())
    if size > MAX_PATH_BYTES:
        return f"A path has at most {MAX_PATH_BYTES:,} bytes of UTF-8; this one has {size:,}."
    if path.startswith("/"):
        return "A path is relative to the project folder; it does not begin with `/`."
    parts = path.split("/")
    if len(parts) > MAX_DEPTH:
        return f"A path has at most {MAX_DEPTH} parts; this one has {len(parts)}."
    return next((rule for part in parts if (rule := _broken_part_rule(part))), None)


def _broken_part_rule(part: str) -> str | None:
    if part in ("", ".", ".."):
        return "A path has no empty parts and none that are `.` or `..`."
    if part != part.strip():
        return f"A part of a path does not begin or end with a space; `{part}` does."
    if len(part.encode()) > MAX_PART_BYTES:
        return f"A part of a path has at most {MAX_PART_BYTES} bytes of UTF-8; one has {len(part.encode()):,}."
    if part.casefold() == _RESERVED:
        return f"`{_RESERVED}` is reserved: a repository lives in the sandbox, not among the project's files."
    return None


def _clash(path: str, other: str) -> str | None:
    key, other_key = path_key(path), path_key(other)
    if key == other_key:
        names = f"`{path.removesuffix('/')}` and `{other.removesuffix('/')}`"
        return f"{names} differ at most in case, and some file systems take them for the same."
    if other_key == key + _KEY_SEPARATOR:
        return f"`{path}` can't be a file: there is a folder of this name."
    if other_key.startswith(key + _KEY_SEPARATOR):
        return f"`{path}` can't be a file: it is the folder of `{other.removesuffix('/')}`."
    if key == other_key + _KEY_SEPARATOR:
        return f"`{other}` can't be a folder: there is a file of this name."
    if key.startswith(other_key + _KEY_SEPARATOR):
        return f"`{path.removesuffix('/')}` can't lie in `{other}`, which is a file."
    for part, other_part in zip(path.split("/")[:-1], other.split("/")[:-1], strict=False):
        if part != other_part:
            same = path_key(part) == path_key(other_part)
            return f"The folders `{part}` and `{other_part}` differ only in case." if same else None
    return None
