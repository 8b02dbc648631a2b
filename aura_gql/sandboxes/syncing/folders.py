"""Folders of a machine that are kept while nothing is in them."""

import io
import tarfile
from collections.abc import AsyncIterator, Sequence

from aura_gql.sandboxes.ports import Sandbox


async def make_folders(machine: Sandbox, paths: Sequence[str]) -> None:
    """Make folders, with those that they are in. UnsafePath where something else stands in the way of one."""
    if paths:
        await machine.import_tar(_archive(paths))


async def _archive(paths: Sequence[str]) -> AsyncIterator[bytes]:
    """An archive is what a machine takes folders from that have nothing in them."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path in paths:
            folder = tarfile.TarInfo(path)
            folder.type, folder.mode = tarfile.DIRTYPE, 0o755
            archive.addfile(folder)
    yield data.getvalue()
