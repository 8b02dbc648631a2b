"""What is told of files, as records: entries of folders, and changes.

Names come from code in the machine, and the rest from an agent that may be another than ours: reading lets nothing pass
that the local provider could not have told.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from aura_gql.files.changes.values import ChangeKind
from aura_gql.sandboxes.machine_files.values import FileEvent, Rescan
from aura_gql.sandboxes.providers.remote.wire.records import JSON, BadRecord, Record
from aura_gql.sandboxes.values import FileInfo, FileKind

# 64 levels of names of 255 bytes, each of which may be told as `\xNN`.
MAX_PATH_CHARACTERS = 64 * 256 * 4
MAX_REASON_CHARACTERS = 500
MAX_SIZE = 2**63 - 1
OWN_PREFIX = ".aura-"
RESCAN = "RESCAN"
_EPOCH = datetime.fromtimestamp(0, UTC)

WordT = TypeVar("WordT", bound=StrEnum)


def info_record(info: FileInfo) -> Record:
    """An entry of a folder; its time in whole milliseconds since 1970."""
    since = (info.modified_at - _EPOCH) // timedelta(milliseconds=1)
    return [info.path, info.kind.value, info.size, info.executable, since]


def read_info(record: Record) -> FileInfo:
    """The same, read. BadRecord."""
    path, kind, size, executable, modified = _fields(record, 5)
    return FileInfo(plain_path(path), _word(FileKind, kind), _size(size), _flag(executable), _moment(modified))


def event_record(event: FileEvent | Rescan) -> Record:
    """A change, without the time: a machine's clock is its own."""
    if isinstance(event, Rescan):
        return [RESCAN, event.reason[:MAX_REASON_CHARACTERS]]
    return [event.kind.value, event.path, event.entry.value, event.size, event.executable, event.from_path]


def read_event(record: Record, at: datetime) -> FileEvent | Rescan:
    """The same, read; noticed `at`. BadRecord."""
    if record and record[0] == RESCAN:
        return Rescan(_reason(_fields(record, 2)[1]))
    word, path, entry, size, executable, source = _fields(record, 6)
    kind = _word(ChangeKind, word)
    if (source is not None) is not (kind is ChangeKind.MOVED):
        raise BadRecord("A move, and nothing else, tells where from.")
    origin = None if source is None else plain_path(source)
    return FileEvent(plain_path(path), kind, _word(FileKind, entry), _size(size), _flag(executable), at, origin)


def plain_path(said: JSON) -> str:
    """A path as the port tells it: relative, in plain parts, none of them the server's own. BadRecord."""
    if not isinstance(said, str) or not 0 < len(said) <= MAX_PATH_CHARACTERS or "\0" in said or not is_text(said):
        raise BadRecord("A path is text of a bounded length.")
    if any(part in ("", ".", "..") or part.startswith(OWN_PREFIX) for part in said.split("/")):
        raise BadRecord("A path is relative and plain.")
    return said


def is_text(said: str) -> bool:
    """Whether UTF-8 can write it; JSON can smuggle in half a character."""
    try:
        said.encode()
    except UnicodeEncodeError:
        return False
    return True


def _fields(record: Record, count: int) -> Sequence[JSON]:
    if len(record) != count:
        raise BadRecord(f"A record has {len(record)} fields instead of {count}.")
    return record


def _word(words: type[WordT], said: JSON) -> WordT:
    if not isinstance(said, str) or said not in words.__members__:
        raise BadRecord(f"There is no such {words.__name__}.")
    return words[said]


def _size(said: JSON) -> int:
    if isinstance(said, bool) or not isinstance(said, int) or not 0 <= said <= MAX_SIZE:
        raise BadRecord("A size is a whole number of bytes.")
    return said


def _flag(said: JSON) -> bool:
    if not isinstance(said, bool):
        raise BadRecord("A flag is true or false.")
    return said


def _reason(said: JSON) -> str:
    if not isinstance(said, str) or len(said) > MAX_REASON_CHARACTERS or not is_text(said):
        raise BadRecord("A reason is text of a bounded length.")
    return said


def _moment(said: JSON) -> datetime:
    if isinstance(said, bool) or not isinstance(said, int):
        raise BadRecord("A time is a whole number of milliseconds.")
    try:
        return _EPOCH + timedelta(milliseconds=said)
    except OverflowError as error:
        raise BadRecord("A time is one that a calendar has.") from error
