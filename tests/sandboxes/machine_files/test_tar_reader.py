"""Archives are read as they are written, and each trick is refused."""

import tarfile
from io import BytesIO
from pathlib import Path

import pytest

from aura_gql.sandboxes.errors import ArchiveRefused
from aura_gql.sandboxes.machine_files.tar_reader import ArchiveLimits, Member, MemberKind, TarReader, leads_inside
from tests.support.tars import TRICKS, member, tar_of


def read(data: bytes, limits: ArchiveLimits | None = None, piece: int = 333) -> list[Member | bytes]:
    reader, found = TarReader(limits or ArchiveLimits()), []
    for start in range(0, len(data), piece):
        found += list(reader.feed(data[start : start + piece]))
    reader.finish()
    return found


@pytest.mark.parametrize("tar_format", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize("piece", [1, 511, 513, 1_000_000])
def test_reads_what_the_usual_programs_write(tar_format: int, piece: int) -> None:
    long = "/".join(["folder" * 10] * (2 if tar_format == tarfile.USTAR_FORMAT else 30)) + "/ä"
    executable = member("run")
    executable.mode = 0o755
    data = tar_of(
        (member(".", tarfile.DIRTYPE), b""),
        (member("./d", tarfile.DIRTYPE), b""),
        (executable, b"x" * 1000),
        (member(long), b"y"),
        (member("d/l", tarfile.SYMTYPE, "../run"), b""),
        tar_format=tar_format,
    )
    found = read(data, piece=piece)
    assert [each for each in found if isinstance(each, Member)] == [
        Member("d", MemberKind.FOLDER),
        Member("run", MemberKind.FILE, 1000, True),
        Member(long, MemberKind.FILE, 1),
        Member("d/l", MemberKind.LINK, target="../run"),
    ]
    assert b"".join(each for each in found if isinstance(each, bytes)) == b"x" * 1000 + b"y"


@pytest.mark.parametrize("trick", TRICKS)
def test_refuses_each_trick(trick: str) -> None:
    with pytest.raises(ArchiveRefused):
        read(TRICKS[trick]())


def test_refuses_too_much() -> None:
    data = tar_of(*((member(str(n)), b"12345") for n in range(5)))
    assert len(read(data, ArchiveLimits(5, 25))) == 10
    for limits in (ArchiveLimits(4, 25), ArchiveLimits(5, 24)):
        with pytest.raises(ArchiveRefused, match="more than"):
            read(data, limits)
    with pytest.raises(ArchiveRefused, match="entries"):
        read(tar_of((member("a/b/c/d"), b"")), ArchiveLimits(3))


@pytest.mark.parametrize("trick", ["absolute", "upwards", "link out", "hard link", "FIFO", "through a link"])
def test_the_plain_way_falls_for_it(trick: str, tmp_path: Path) -> None:
    """The control: unpacked with all trust, each of these leaves something that is not a file below the folder."""
    with tarfile.open(fileobj=BytesIO(TRICKS[trick]())) as archive:
        for each in archive:
            each.name = each.name.replace("/etc/cron.d", str(tmp_path / "outside"))
            each.linkname = each.linkname.replace("/etc/passwd", str(tmp_path / "host"))
            (tmp_path / "host").write_text("secret")
            for name in ("d", "a"):
                (tmp_path / "in" / name).mkdir(parents=True, exist_ok=True)
            archive.extract(each, tmp_path / "in", filter="fully_trusted")
    inside = [path for path in (tmp_path / "in").rglob("*") if path.is_file() and path.stat().st_nlink == 1]
    names = {"absolute": [], "upwards": [], "link out": [], "hard link": [], "FIFO": [], "through a link": ["d/x"]}
    assert [str(path.relative_to(tmp_path / "in")) for path in inside if "l/" not in str(path)] == names[trick]
    outside = (tmp_path / "outside/x", tmp_path / "x", tmp_path / "in/l", tmp_path / "in/h", tmp_path / "in/f")
    assert any(path.is_symlink() or path.exists() for path in outside)


def test_links_stay_inside_whatever_they_meet() -> None:
    inside = [("a", "b"), ("a/b", "../c"), ("a/b/c", "../../x/y"), ("a", "./b//c")]
    out = [("a", ".."), ("a/b", "../../c"), ("a", "b/.."), ("a", "/b"), ("a", ""), ("a", ".")]
    assert [leads_inside(*each) for each in inside] == [True] * 4
    assert [leads_inside(*each) for each in out] == [False] * 6
