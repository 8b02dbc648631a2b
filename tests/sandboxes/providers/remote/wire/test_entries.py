"""Entries and changes as records, and what is not taken for one."""

from datetime import UTC, datetime

import pytest

from aura_gql.files.changes.values import ChangeKind
from aura_gql.sandboxes.machine_files.values import FileEvent, Rescan
from aura_gql.sandboxes.providers.remote.wire.entries import (
    MAX_PATH_CHARACTERS,
    event_record,
    info_record,
    read_event,
    read_info,
)
from aura_gql.sandboxes.providers.remote.wire.records import BadRecord, Record
from aura_gql.sandboxes.values import FileInfo, FileKind

AT = datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)
INFO: Record = ["a/b", "FILE", 1, False, 0]
EVENT: Record = ["CREATED", "a/b", "FILE", 1, False, None]


@pytest.mark.parametrize("path", ["a", "a/ü/…", "odd\\x00ff\n", " "])
@pytest.mark.parametrize("moment", [AT, datetime(1960, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)])
def test_entries_come_back_as_they_were(path: str, moment: datetime) -> None:
    for kind in FileKind:
        info = FileInfo(path, kind, 2**40, True, moment)
        assert read_info(info_record(info)) == info


def test_changes_come_back_as_they_were() -> None:
    events: list[FileEvent | Rescan] = [
        Rescan("too much changed at once"),
        FileEvent("new", ChangeKind.MOVED, FileKind.FOLDER, 0, False, AT, "old"),
        *(FileEvent("x", kind, FileKind.FILE, 7, True, AT) for kind in ChangeKind if kind is not ChangeKind.MOVED),
    ]
    assert [read_event(event_record(event), AT) for event in events] == events


BAD_PATHS: list[object] = [
    "",
    "/etc",
    "a//b",
    "a/",
    ".",
    "a/../b",
    "./a",
    "nul\0",
    "\ud800",
    "x" * (MAX_PATH_CHARACTERS + 1),
    ".aura-stage-1/a",
    "a/.aura-x",
    None,
    7,
    ["a"],
]


@pytest.mark.parametrize("path", BAD_PATHS)
def test_paths_that_lead_elsewhere_are_refused(path: object) -> None:
    with pytest.raises(BadRecord):
        read_info([path, *INFO[1:]])  # type: ignore[list-item]
    with pytest.raises(BadRecord):
        read_event([EVENT[0], path, *EVENT[2:]], AT)  # type: ignore[list-item]
    with pytest.raises(BadRecord):
        read_event(["MOVED", "b", "FILE", 1, False, path], AT)  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (1, "DEVICE"),
        (1, None),
        (1, []),
        (2, -1),
        (2, 1.5),
        (2, True),
        (2, "1"),
        (2, 2**63),
        (3, 1),
        (3, None),
        (4, 10**30),
        (4, 10**18),
        (4, "now"),
        (4, False),
    ],
)
def test_fields_of_another_kind_are_refused(place: int, said: object) -> None:
    with pytest.raises(BadRecord):
        read_info([*INFO[:place], said, *INFO[place + 1 :]])  # type: ignore[list-item]


@pytest.mark.parametrize(
    "record",
    [
        [],
        [None],
        EVENT[:-1],
        [*EVENT, 1],
        ["RENAMED", *EVENT[1:]],
        [*EVENT[:-1], "from"],
        ["MOVED", *EVENT[1:]],
        ["RESCAN"],
        ["RESCAN", "x" * 501],
        ["RESCAN", 1],
        ["RESCAN", "\udfff"],
    ],
)
def test_changes_that_nobody_can_have_seen_are_refused(record: Record) -> None:
    with pytest.raises(BadRecord):
        read_event(record, AT)


@pytest.mark.parametrize("count", [0, 4, 6])
def test_another_number_of_fields_is_refused(count: int) -> None:
    with pytest.raises(BadRecord):
        read_info((list(INFO) * 2)[:count])
