"""What this process holds open."""

from contextlib import suppress
from pathlib import Path


def is_open(path: Path) -> bool:
    """Whether a descriptor of this process leads to the file."""
    held = []
    for descriptor in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            held.append(descriptor.readlink())
    return path.resolve() in held
