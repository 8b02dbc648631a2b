"""What every archive must keep to, whatever its format: names, clashes, counts and bytes."""

import re

from aura_gql.kernel.errors import InvalidInput
from aura_gql.storage.archives.errors import ArchiveRefused, ArchiveRule
from aura_gql.storage.archives.values import ArchiveLimits, PathRules

_DRIVE = re.compile(r"[A-Za-z]:")
# Of a tar's headers and padding, an entry.
_OVERHEAD_BYTES = 2_048
_SMALL_CHANGE_BYTES = 1024 * 1024

_Seen = tuple[str, bool, bool]
"""The path, whether it is a folder, and whether only what lies in it told of it."""


class EntryChecks:
    """Told of every entry and of every piece that comes out of one archive of `archive_bytes`; refuses by rule."""

    def __init__(self, limits: ArchiveLimits, rules: PathRules, archive_bytes: int) -> None:
        self._limits = limits
        self._rules = rules
        self._archive_bytes = archive_bytes
        self._seen: dict[str, _Seen] = {}
        self._declared = 0
        self._out = 0

    def enter(self, name: str, size: int, *, is_folder: bool) -> str | None:
        """The clean path of an entry that says to have `size` bytes; None for the folder that was packed itself.

        ArchiveRefused for a name that leads out or breaks a rule of paths, one that is taken, and sizes past a bound.
        """
        path = self._clean(name, is_folder)
        if path is None:
            return None
        if size > self._limits.max_file_bytes:
            raise ArchiveRefused(
                ArchiveRule.FILE_TOO_LARGE,
                f"has {size:,} bytes; a file has at most {self._limits.max_file_bytes:,}.",
                name,
                resource="fileBytes",
                limit=self._limits.max_file_bytes,
                used=size,
            )
        self._declared += size
        self._require_total(self._declared, self._limits.max_total_bytes)
        self._note(path, name, is_folder)
        return path

    def require_count(self, entries: int) -> None:
        """ArchiveRefused for more entries than an archive may have; for formats that tell before any is read."""
        if entries > self._limits.max_entries:
            raise self._too_many(entries)

    def came_out(self, size: int) -> None:
        """Count bytes that were really unpacked, headers included where they are packed too; ArchiveRefused beyond the
        bound, or where they are out of proportion.
        """
        self._out += size
        limits = self._limits
        overhead = limits.max_entries * _OVERHEAD_BYTES + _SMALL_CHANGE_BYTES
        self._require_total(self._out, limits.max_total_bytes, overhead)
        if limits.max_ratio is None or self._out <= limits.ratio_from_bytes:
            return
        if self._out > limits.max_ratio * self._archive_bytes:
            raise ArchiveRefused(
                ArchiveRule.RATIO,
                f"The archive unpacks to more than {limits.max_ratio} times its {self._archive_bytes:,} bytes.",
                resource="archiveRatio",
                limit=limits.max_ratio,
                used=self._out // max(1, self._archive_bytes),
            )

    def _require_total(self, used: int, limit: int, overhead: int = 0) -> None:
        if used > limit + overhead:
            raise ArchiveRefused(
                ArchiveRule.TOO_LARGE,
                f"The archive unpacks to more than {limit:,} bytes.",
                resource="projectBytes",
                limit=limit,
                used=used,
            )

    def _too_many(self, used: int) -> ArchiveRefused:
        limit = self._limits.max_entries
        message = f"An archive has at most {limit:,} entries, folders included; this one has {used:,} or more."
        return ArchiveRefused(ArchiveRule.TOO_MANY_ENTRIES, message, resource="entries", limit=limit, used=used)

    def _clean(self, name: str, is_folder: bool) -> str | None:
        if "\\" in name:
            raise ArchiveRefused(ArchiveRule.BACKSLASH, "has a backslash; parts are separated by `/`.", name)
        if name.startswith("/") or (self._limits.drives_refused and _DRIVE.match(name)):
            raise ArchiveRefused(ArchiveRule.ABSOLUTE_NAME, "has an absolute name.", name)
        parts = name.removesuffix("/").split("/") if is_folder else name.split("/")
        if ".." in parts:
            raise ArchiveRefused(ArchiveRule.LEADS_OUT, "leads out of the folder by `..`.", name)
        while parts and parts[0] == ".":
            parts = parts[1:]
        if not parts and is_folder:
            return None
        try:
            return self._rules.clean("/".join(parts))
        except InvalidInput as error:
            raise ArchiveRefused(ArchiveRule.BAD_NAME, f"has a name that no file may have. {error}", name) from error

    def _note(self, path: str, name: str, is_folder: bool) -> None:
        parts = path.split("/")
        for depth in range(1, len(parts)):
            self._take("/".join(parts[:depth]), name, is_folder=True, is_implied=True)
        self._take(path, name, is_folder=is_folder, is_implied=False)

    def _take(self, path: str, name: str, *, is_folder: bool, is_implied: bool) -> None:
        key = self._rules.key(path)
        before = self._seen.get(key)
        if before is None:
            if len(self._seen) == self._limits.max_entries:
                raise self._too_many(len(self._seen) + 1)
            self._seen[key] = (path, is_folder, is_implied)
            return
        other, was_folder, was_implied = before
        if is_folder is not was_folder:
            raise ArchiveRefused(ArchiveRule.FILE_AND_FOLDER, f"makes {other!r} a file and a folder at once.", name)
        if path != other or not (is_folder and (is_implied or was_implied)):
            raise ArchiveRefused(
                ArchiveRule.DUPLICATE_NAME,
                f"has the name of {other!r}, which is there already; names that differ in case alone are the same.",
                name,
            )
        self._seen[key] = (path, True, is_implied and was_implied)
