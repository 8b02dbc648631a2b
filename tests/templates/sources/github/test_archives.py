"""The archives that tests make are such as GitHub makes."""

import io
import tarfile

from tests.support.github.archives import COMMIT, repository_archive
from tests.support.github.snapshot import SNAPSHOT_COMMIT, needs_snapshot, snapshot
from tests.support.github.starters import OWN_STARTERS


def layout_of(archive: tarfile.TarFile) -> tuple[list[tarfile.TarInfo], str]:
    """Its members, and the commit that its global header tells."""
    members = archive.getmembers()
    return members, archive.pax_headers["comment"]


def assert_is_of_github(archive: tarfile.TarFile, commit: str) -> None:
    members, told = layout_of(archive)
    top = f"stackblitz-starters-{commit[:7]}"
    assert told == commit
    assert (members[0].name, members[0].isdir()) == (top, True)
    seen = {""}
    for member in members:
        parent = member.name.rpartition("/")[0]
        assert parent in seen
        assert member.name.split("/")[0] == top
        assert member.mode in ((0o775,) if member.isdir() else (0o777,) if member.issym() else (0o664, 0o775))
        if member.isdir():
            seen.add(member.name)


def test_one_of_ours() -> None:
    packed = repository_archive(OWN_STARTERS, executable=["_scripts/check.js"], links={"test/link": "../README.md"})
    with tarfile.open(fileobj=io.BytesIO(packed), mode="r:gz") as archive:
        assert_is_of_github(archive, COMMIT)
        top = f"stackblitz-starters-{COMMIT[:7]}"
        read = archive.extractfile(f"{top}/node-own/index.js")
        assert read is not None
        assert read.read() == OWN_STARTERS["node-own/index.js"]
        assert archive.getmember(f"{top}/_scripts/check.js").mode == 0o775
        assert archive.getmember(f"{top}/test/link").linkname == "../README.md"
    assert packed == repository_archive(
        OWN_STARTERS, executable=["_scripts/check.js"], links={"test/link": "../README.md"}
    )


@needs_snapshot
def test_the_snapshot() -> None:
    path = snapshot()
    assert path is not None
    with tarfile.open(path) as archive:
        assert_is_of_github(archive, SNAPSHOT_COMMIT)
