"""Text from upstream, made fit to be shown."""

from aura_gql.kernel.characters import first_misleading

_CUT = "…"
_LOOKED_AT = 8


def one_line(text: str, limit: int) -> str:
    """The text on one line of at most `limit` characters; control characters and marks of direction are gone."""
    # A bound before any work: a text of megabytes is not worth a look at its end.
    spaced = (" " if letter.isspace() else letter for letter in text[: limit * _LOOKED_AT])
    line = " ".join("".join(letter for letter in spaced if first_misleading(letter) is None).split())
    return line if len(line) <= limit else line[: limit - len(_CUT)].rstrip() + _CUT
