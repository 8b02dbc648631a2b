"""The log of the embedded mongod: bounded, and read where it tells why it did not start."""

import asyncio
import json
import os
import shutil
from pathlib import Path

_MAX_BYTES = 16 * 1024 * 1024
_CHECK_EVERY_S = 30.0
_TAIL_BYTES = 64 * 1024
_LINES = 5
_LINE_LENGTH = 400


async def bound_log(path: Path, *, max_bytes: int = _MAX_BYTES, check_every_s: float = _CHECK_EVERY_S) -> None:
    """Forever: once the log is over `max_bytes`, move its text to `<name>.1`, over what was there."""
    while True:
        if path.exists() and path.stat().st_size > max_bytes:
            await asyncio.to_thread(_move_text, path)
        await asyncio.sleep(check_every_s)


def _move_text(path: Path) -> None:
    # mongod holds the file open for appending, so it is emptied in place.
    shutil.copyfile(path, path.with_name(path.name + ".1"))
    os.truncate(path, 0)


def last_words(path: Path) -> str:
    """The last errors in the log, or its last lines where it has none; "(nothing)" for an empty log."""
    try:
        with path.open("rb") as log:
            log.seek(max(0, path.stat().st_size - _TAIL_BYTES))
            lines = log.read().decode(errors="replace").splitlines()
    except OSError:
        lines = []
    told = [_told(line) for line in lines if line.strip()]
    grave = [text for severity, text in told if severity in "EF"]
    return "\n".join(grave[-_LINES:] or [text for _, text in told][-_LINES:]) or "(nothing)"


def _told(line: str) -> tuple[str, str]:
    """A line's severity (I where it has none) and its text: mongod writes JSON, the loader before it plain text."""
    try:
        entry = json.loads(line)
        text = f"{entry['msg']} {json.dumps(entry['attr'])}" if "attr" in entry else str(entry["msg"])
        return str(entry["s"]), text[:_LINE_LENGTH]
    except (ValueError, KeyError, TypeError):
        return "I", line[:_LINE_LENGTH]
