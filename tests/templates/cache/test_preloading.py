import shutil
from pathlib import Path

import pytest

from aura_gql.storage.addressing import address
from aura_gql.storage.backends.local import LocalBlobStore
from aura_gql.storage.errors import BlobNotFound
from aura_gql.templates.cache.memory import TemplateMemory
from aura_gql.templates.cache.preloading import MAX_PRELOADED_BYTES, preload
from aura_gql.templates.service import TemplateService
from tests.support.templates import FolderIntake, write_template


async def test_the_small_texts_of_the_popular_are_there_without_the_store(
    templates: TemplateService,
    intake: FolderIntake,
    folder: Path,
    blobs: LocalBlobStore,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    large = b"x" * (MAX_PRELOADED_BYTES + 1)
    write_template(folder, "popular", files={"a": b"a", "same": b"a", "b": b"\0", "c": large, "gone": b"gone"})
    write_template(folder, "other", files={"d": b"d"})
    await intake.load()
    await templates.record_use((await templates.get_by_slug("popular")).id)
    await blobs.delete(address("templates", b"gone"))
    memory = TemplateMemory(blobs)
    assert await preload(memory, 1) == 1
    assert "The file gone of a template can't be read ahead" in caplog.text
    tally = memory.tally()
    assert (tally["content"].used_bytes, tally["manifest"].misses) == (1, 1)
    shutil.rmtree(tmp_path / "storage")
    assert await memory.content(address("templates", b"a").sha256) == b"a"
    with pytest.raises(BlobNotFound):
        await memory.content(address("templates", b"d").sha256)


async def test_takes_half_of_the_memory_at_most(
    templates: TemplateService, intake: FolderIntake, folder: Path, blobs: LocalBlobStore
) -> None:
    write_template(folder, "one", files={str(number): bytes([65 + number]) * 1_000 for number in range(20)})
    await intake.load()
    assert await preload(TemplateMemory(blobs, 20_000), 5) == 10
