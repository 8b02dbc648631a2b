"""What is wrong with an archive that is not taken."""

from enum import StrEnum

from aura_gql.kernel.errors import InvalidInput

_SHOWN_CHARACTERS = 200


class ArchiveRule(StrEnum):
    """The rule that an archive breaks."""

    NOT_AN_ARCHIVE = "NOT_AN_ARCHIVE"
    DAMAGED = "DAMAGED"
    TRUNCATED = "TRUNCATED"
    TRAILING_DATA = "TRAILING_DATA"
    ENCRYPTED = "ENCRYPTED"
    UNKNOWN_METHOD = "UNKNOWN_METHOD"
    WINDOW_TOO_LARGE = "WINDOW_TOO_LARGE"
    LEADS_OUT = "LEADS_OUT"
    ABSOLUTE_NAME = "ABSOLUTE_NAME"
    BACKSLASH = "BACKSLASH"
    BAD_NAME = "BAD_NAME"
    SYMLINK = "SYMLINK"
    HARD_LINK = "HARD_LINK"
    DEVICE = "DEVICE"
    SPARSE = "SPARSE"
    UNKNOWN_KIND = "UNKNOWN_KIND"
    DUPLICATE_NAME = "DUPLICATE_NAME"
    FILE_AND_FOLDER = "FILE_AND_FOLDER"
    CONTRADICTION = "CONTRADICTION"
    OVERLAP = "OVERLAP"
    TOO_MANY_ENTRIES = "TOO_MANY_ENTRIES"
    FILE_TOO_LARGE = "FILE_TOO_LARGE"
    TOO_LARGE = "TOO_LARGE"
    RATIO = "RATIO"
    EMPTY = "EMPTY"


class ArchiveRefused(InvalidInput):
    """The archive breaks a rule; `rule` and `entry` in the details name it and the entry, if it is about one."""

    def __init__(
        self,
        rule: ArchiveRule,
        message: str,
        entry: str | None = None,
        *,
        resource: str | None = None,
        limit: int | None = None,
        used: int | None = None,
    ) -> None:
        """`resource`, `limit` and `used` where the rule is a bound; `used` where it is known."""
        shown = None if entry is None else entry[:_SHOWN_CHARACTERS]
        details: dict[str, object] = {"rule": rule.value, "entry": shown}
        if resource is not None:
            details |= {"resource": resource, "limit": limit, "used": used}
        super().__init__(message if shown is None else f"{shown!r} in the archive {message}", details=details)
        self.rule = rule
        self.entry = shown
