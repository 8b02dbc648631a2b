"""Which files there are in a sandbox that may be worth keeping."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from aura_gql.files.paths import MAX_DEPTH
from aura_gql.kernel.errors import InvalidInput
from aura_gql.sandboxes.errors import FileNotInSandbox, UnsafePath
from aura_gql.sandboxes.ports import Sandbox
from aura_gql.sandboxes.syncing.ignoring import IgnoreRules
from aura_gql.sandboxes.syncing.records import SkippedFile
from aura_gql.sandboxes.values import FileInfo, FileKind

MAX_LISTED = 20_000
_AT_ONCE = 8


@dataclass(slots=True)
class Walk:
    """What was `found` that is neither ignored nor a folder, and what could not be looked into."""

    found: list[FileInfo] = field(default_factory=list)
    skipped: list[SkippedFile] = field(default_factory=list)


async def walk(machine: Sandbox, rules: IgnoreRules) -> Walk:
    """Everything that is neither ignored nor in an ignored folder, what is near the top first.

    At most 20,000 entries are looked at. SandboxGone, ProviderUnavailable.
    """
    walked = Walk()
    level, seen = ["."], 0
    while level:
        group, level = level[:_AT_ONCE], level[_AT_ONCE:]
        room = MAX_LISTED + 1 - seen
        for entries in await asyncio.gather(*(_entries(machine, folder, room, walked) for folder in group)):
            seen += len(entries)
            level += _take(entries, rules, walked)
        if seen > MAX_LISTED:
            reason = f"There are more than {MAX_LISTED:,} files and folders; those behind were not looked at."
            walked.skipped.append(SkippedFile("", reason))
            break
    if rules.gave_up:
        walked.skipped.append(SkippedFile("", "The rules of `.gitignore` take too long; not all were followed."))
    return walked


def _take(entries: Sequence[FileInfo], rules: IgnoreRules, walked: Walk) -> list[str]:
    """Keep what is no folder; the folders to look into."""
    folders: list[str] = []
    for entry in entries:
        # A link, say, that stands for an ignored folder is ignored as that.
        if rules.ignores(entry.path, is_folder=entry.kind is not FileKind.FILE):
            continue
        if entry.kind is not FileKind.FOLDER:
            walked.found.append(entry)
        elif entry.path.count("/") < MAX_DEPTH - 1:
            folders.append(entry.path)
    return folders


async def _entries(machine: Sandbox, folder: str, limit: int, walked: Walk) -> list[FileInfo]:
    try:
        return await machine.list_files(folder, limit)
    except FileNotInSandbox:
        return []
    except (UnsafePath, InvalidInput) as error:
        walked.skipped.append(SkippedFile(folder, error.message))
        return []
