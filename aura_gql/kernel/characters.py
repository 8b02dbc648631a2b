"""Characters that have no place in the name of a file."""

import unicodedata

_UNPRINTABLE = frozenset({"Cc", "Cs", "Zl", "Zp"})
_DIRECTION_MARKS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def first_misleading(name: str) -> str | None:
    """The first control character (ends of lines and lone surrogates are some), or mark of text direction, which makes
    a name look like another; None where there is neither.
    """
    return next((c for c in name if unicodedata.category(c) in _UNPRINTABLE or c in _DIRECTION_MARKS), None)
