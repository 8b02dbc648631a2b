"""What a process tree keeps alive through its open descriptors alone: deleted files, and pipes."""

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from aura_gql.sandboxes.providers.local.disk import BLOCK_BYTES, Usage

# As the kernel writes it behind the name of what has none any more.
DELETED = " (deleted)"
PIPE = "pipe:["
# Beyond this many nobody looks, as code could open half a million to hide one file among them.
MAX_DESCRIPTORS = 65_536


@dataclass(frozen=True, slots=True)
class Held:
    """`deleted` is what files without a name still take on the disk; `too_many` descriptors to be looked at."""

    deleted: Usage
    pipes: int
    too_many: bool = False


def held_by(pids: Iterable[int], device: int) -> Held:
    """Add up what the descriptors of these processes hold on a device; each file and pipe once. Blocks.

    A thread may have descriptors of its own. Files in flight between processes, and files that are mapped but not open,
    are not seen.
    """
    files: dict[int, int] = {}
    pipes: set[str] = set()
    for number, path in enumerate(_descriptors(pids)):
        if number >= MAX_DESCRIPTORS:
            return Held(_usage(files), len(pipes), too_many=True)
        try:
            target = os.readlink(path)
            if target.startswith(PIPE):
                pipes.add(target)
            elif target.endswith(DELETED):
                found = os.stat(path)
                if found.st_dev == device and found.st_nlink == 0 and stat.S_ISREG(found.st_mode):
                    files[found.st_ino] = found.st_blocks * BLOCK_BYTES
        except OSError:
            continue
    return Held(_usage(files), len(pipes))


def _usage(files: dict[int, int]) -> Usage:
    return Usage(sum(files.values()), len(files))


def _descriptors(pids: Iterable[int]) -> Iterator[str]:
    for pid in pids:
        for thread in _names(f"/proc/{pid}/task"):
            folder = f"/proc/{pid}/task/{thread}/fd"
            for name in _names(folder):
                yield f"{folder}/{name}"


def _names(folder: str) -> list[str]:
    """None where it has gone, or where we may not look: a supervisor holds nothing of the code's."""
    try:
        return os.listdir(folder)
    except OSError:
        return []
