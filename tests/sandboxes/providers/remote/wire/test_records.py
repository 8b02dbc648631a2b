"""Records through a stream of bytes."""

import json

import pytest

from aura_gql.sandboxes.providers.remote.wire.records import (
    MAX_LINE_BYTES,
    PART_BYTES,
    BadRecord,
    Record,
    RecordReader,
    encoded,
)


def read_in_pieces(data: bytes, size: int) -> list[Record]:
    reader = RecordReader()
    found = [
        record
        for start in range(0, len(data), size)
        for part in reader.feed(data[start : start + size])
        for record in part
    ]
    reader.finish()
    return found


@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_records_arrive_in_pieces_of_any_size(size: int) -> None:
    records: list[Record] = [["grüße\n", 1, True, None], [], ["x" * 100, [1], {"a": "b"}]]
    assert read_in_pieces(b"".join(encoded(records)), size) == records


def test_nothing_is_nothing() -> None:
    assert list(encoded([])) == []
    assert read_in_pieces(b"", 1) == []


def test_parts_are_bounded() -> None:
    lines = list(encoded([f"path/{n}" * 20] for n in range(2_000)))
    assert len(lines) > 2
    assert max(len(line) for line in lines) < PART_BYTES + 1_000
    assert len(read_in_pieces(b"".join(lines), 65_536)) == 2_000


@pytest.mark.parametrize(
    "line",
    [b"", b"{}", b"[1]", b"nonsense", b"[[1]", b"\xff", b"[" * 100_000, b"[[" + b"9" * 5_000 + b"]]", b'[{"a": []}]'],
)
def test_what_our_code_never_sends_is_refused(line: bytes) -> None:
    with pytest.raises(BadRecord):
        list(RecordReader().feed(line + b"\n"))


def test_a_line_without_end_is_refused() -> None:
    reader = RecordReader()
    assert list(reader.feed(b" " * MAX_LINE_BYTES)) == []
    with pytest.raises(BadRecord):
        list(reader.feed(b" "))
    with pytest.raises(BadRecord):
        list(RecordReader().feed(json.dumps([["x" * MAX_LINE_BYTES]]).encode() + b"\n"))


def test_a_line_that_is_cut_off_is_refused() -> None:
    reader = RecordReader()
    assert list(reader.feed(b"[[1]]\n[[2")) == [[[1]]]
    with pytest.raises(BadRecord):
        reader.finish()
