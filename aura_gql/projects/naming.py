"""What a project may be called and how it may be described."""

import re
import unicodedata

from aura_gql.projects.errors import InvalidProjectText

MIN_NAME_LENGTH = 2
MAX_NAME_LENGTH = 64
MAX_DESCRIPTION_LENGTH = 2_000

_NAME_RULE = (
    f"A project's name has {MIN_NAME_LENGTH} to {MAX_NAME_LENGTH} letters, digits, spaces, hyphens or underscores"
)


def clean_name(name: str) -> str:
    """The name in NFC without spaces around it; InvalidProjectText on `name` where it breaks the rule."""
    cleaned = unicodedata.normalize("NFC", name).strip(" ")
    if not MIN_NAME_LENGTH <= len(cleaned) <= MAX_NAME_LENGTH:
        raise InvalidProjectText(f"{_NAME_RULE}; this one has {len(cleaned)} characters.", field=("name",))
    after_letter = False
    for character in cleaned:
        kind = unicodedata.category(character)
        after_letter = kind[0] == "L" or (after_letter and kind[0] == "M")
        if not after_letter and kind != "Nd" and character not in " -_":
            raise InvalidProjectText(f"{_NAME_RULE}; {_shown(character)} is none.", field=("name",))
    return cleaned


def clean_description(description: str) -> str:
    """The description in NFC with `\\n` line ends, without blanks around it; InvalidProjectText on `description`."""
    lines = unicodedata.normalize("NFC", description).replace("\r\n", "\n")
    cleaned = lines.strip(" \t\n")
    if len(cleaned) > MAX_DESCRIPTION_LENGTH:
        raise InvalidProjectText(
            f"A description has at most {MAX_DESCRIPTION_LENGTH:,} characters; this one has {len(cleaned):,}.",
            field=("description",),
        )
    for character in cleaned:
        if character not in "\n\t" and unicodedata.category(character) in ("Cc", "Cs"):
            raise InvalidProjectText(
                f"A description has no control characters but newline and tab; {_shown(character)} is one.",
                field=("description",),
            )
    return cleaned


def search_pattern(text: str) -> str:
    """A regular expression that finds `text` literally in names; InvalidProjectText on `filter.text` if too long."""
    cleaned = unicodedata.normalize("NFC", text).strip(" ")
    if len(cleaned) > MAX_NAME_LENGTH:
        raise InvalidProjectText(
            f"The text to look for has at most {MAX_NAME_LENGTH} characters; this one has {len(cleaned):,}.",
            field=("filter", "text"),
        )
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in cleaned):
        raise InvalidProjectText("The text to look for has no control characters.", field=("filter", "text"))
    return re.sub(r"([^\w\s])", r"\\\1", cleaned)


def _shown(character: str) -> str:
    return f"U+{ord(character):04X}" if not character.isprintable() else f"`{character}`"
