"""Archives of repositories, packed as GitHub packs them."""

import gzip
import io
import tarfile
from collections.abc import Collection, Mapping
from typing import Final

COMMIT: Final = "0123456789abcdef0123456789abcdef01234567"
"""The commit of an archive that is not told another."""

REPOSITORY: Final = "stackblitz/starters"

_CHANGED_AT = 1_786_448_135


def repository_archive(
    files: Mapping[str, bytes],
    *,
    commit: str = COMMIT,
    repository: str = REPOSITORY,
    executable: Collection[str] = (),
    links: Mapping[str, str] | None = None,
) -> bytes:
    """A packed tar of these files by their paths in the repository (`vite/package.json`), in GitHub's layout.

    All is below one folder of owner, name and short commit, each folder comes before what is in it, and a global header
    tells the commit. `executable` are paths among `files`; `links` are symbolic links and what they point at.
    """
    top = f"{repository.replace('/', '-')}-{commit[:7]}"
    linked = links or {}
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT, pax_headers={"comment": commit}) as archive:
        for folder in _folders([*files, *linked]):
            archive.addfile(_member(f"{top}/{folder}".rstrip("/"), tarfile.DIRTYPE, 0o775))
        for path, data in files.items():
            member = _member(f"{top}/{path}", tarfile.REGTYPE, 0o775 if path in executable else 0o664)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
        for path, target in linked.items():
            member = _member(f"{top}/{path}", tarfile.SYMTYPE, 0o777)
            member.linkname = target
            archive.addfile(member)
    return gzip.compress(out.getvalue(), compresslevel=1, mtime=0)


def _folders(paths: Collection[str]) -> list[str]:
    parts = [path.split("/")[:-1] for path in paths]
    return sorted({"/".join(each[:depth]) for each in parts for depth in range(len(each) + 1)} | {""})


def _member(name: str, kind: bytes, mode: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.mode, member.mtime, member.uname, member.gname = kind, mode, _CHANGED_AT, "root", "root"
    return member
