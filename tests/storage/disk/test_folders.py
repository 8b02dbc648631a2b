import os
from pathlib import Path

import pytest

from aura_gql.kernel.errors import StorageUnavailable
from aura_gql.storage.disk.folders import file_size, make_folder, names, off_loop, sync_folder
from aura_gql.storage.errors import StorageFull


async def test_a_full_disk_has_a_name_of_its_own() -> None:
    with pytest.raises(StorageFull, match="No space left"):
        await off_loop(lambda: Path("/dev/full").write_bytes(b"x"))


@pytest.mark.skipif(os.getuid() == 0, reason="root writes where it may not")
async def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StorageUnavailable, match="Permission denied"):
        await off_loop(lambda: make_folder(tmp_path / "new"))
    tmp_path.chmod(0o700)


def test_folders_are_private_and_may_be_there(tmp_path: Path) -> None:
    make_folder(tmp_path / "a" / "b")
    make_folder(tmp_path / "a" / "b")
    sync_folder(tmp_path / "a")
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o700
    assert (names(tmp_path), names(tmp_path / "none")) == (["a"], [])


def test_the_size_of_a_link_is_its_own(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(bytes(1000))
    (tmp_path / "link").symlink_to(tmp_path / "file")
    assert file_size(tmp_path / "file") == 1000
    assert file_size(tmp_path / "link") != 1000
    assert file_size(tmp_path / "none") is None
