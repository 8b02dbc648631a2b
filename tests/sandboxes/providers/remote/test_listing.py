"""What an agent lists; lies of whole agents are tried where files are."""

from datetime import UTC, datetime

import pytest

from aura_gql.kernel.errors import ProviderUnavailable
from aura_gql.sandboxes.providers.remote import listing
from aura_gql.sandboxes.providers.remote.listing import Listing
from aura_gql.sandboxes.providers.remote.wire.entries import info_record
from aura_gql.sandboxes.providers.remote.wire.records import encoded
from aura_gql.sandboxes.values import FileInfo, FileKind


def infos(*paths: str) -> list[FileInfo]:
    return [FileInfo(path, FileKind.FILE, 1, False, datetime(2026, 1, 1, tzinfo=UTC)) for path in paths]


def lines(found: list[FileInfo]) -> bytes:
    return b"".join(encoded(info_record(info) for info in found))


@pytest.mark.parametrize(
    ("folder", "recursive", "paths"),
    [
        ([], False, ["a", "b"]),
        ([], True, ["a", "a/b", "c"]),
        (["d"], False, ["d/a"]),
        (["d", "e"], True, ["d/e/f/g"]),
        # Names that are no UTF-8 and those that look like them are told alike.
        ([], False, ["\\xff", "\\xff"]),
        (["\udcff"], False, ["\\xff/a"]),
        ([], False, []),
    ],
)
def test_takes_what_was_asked_for(folder: list[str], recursive: bool, paths: list[str]) -> None:
    taken = Listing(folder, 10, recursive=recursive)
    taken.feed(lines(infos(*paths)))
    assert taken.finish() == infos(*paths)


@pytest.mark.parametrize(
    ("recursive", "paths"),
    [(False, ["d/a/b"]), (True, ["a"]), (True, ["da/b"]), (True, ["d"]), (False, ["d/1", "d/2", "d/3", "d/4"])],
)
def test_refuses_what_was_not(recursive: bool, paths: list[str]) -> None:
    with pytest.raises(ProviderUnavailable):
        Listing(["d"], 3, recursive=recursive).feed(lines(infos(*paths)))


def test_refuses_what_goes_on_and_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MAX_BYTES", 1_000)
    taken = Listing([], 1_000_000, recursive=False)
    with pytest.raises(ProviderUnavailable):
        taken.feed(b"[]\n" * 400)


def test_refuses_what_is_cut_off() -> None:
    taken = Listing([], 10, recursive=False)
    taken.feed(lines(infos("a"))[:-1])
    with pytest.raises(ProviderUnavailable):
        taken.finish()
