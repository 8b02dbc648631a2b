"""How an attachment is named in a header, for browsers old and new."""

import re
from urllib.parse import quote

_MAX_CHARACTERS = 120
_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f"\\/%;\u200e\u200f\u202a-\u202e\u2066-\u2069]')
_DEFAULT = "download"


def attachment(filename: str) -> str:
    """A `Content-Disposition` that saves as `filename`: both forms of RFC 6266, the plain one with `_` for what is not
    ASCII. Folders, quotes, control characters and those that turn the direction of writing become `_`; an empty name
    becomes `download`, a long one is cut before its ending.
    """
    name = _shortened(_UNSAFE.sub("_", filename.encode(errors="replace").decode()).strip(" .")) or _DEFAULT
    plain = "".join(character if character.isascii() else "_" for character in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _shortened(name: str) -> str:
    if len(name) <= _MAX_CHARACTERS:
        return name
    stem, dot, ending = name.rpartition(".")
    kept = f"{dot}{ending}" if stem and len(ending) <= _MAX_CHARACTERS // 4 else ""
    return name[: _MAX_CHARACTERS - len(kept)] + kept
