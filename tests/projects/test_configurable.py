import pytest

from aura_gql.projects.configurable import (
    MAX_CONFIGURABLE_FILES,
    MAX_CONFIGURABLE_SIZE,
    MAX_CONFIGURABLE_TOTAL,
    configurable_texts,
    too_large,
)
from aura_gql.templates.records import TemplateFileRecord
from tests.projects.world import World


def listing(count: int, size: int, *, is_binary: bool = False) -> list[TemplateFileRecord]:
    return [TemplateFileRecord(f"{number}.js", "", size, False, "javascript", is_binary) for number in range(count)]


@pytest.mark.parametrize(
    ("files", "words"),
    [
        (listing(MAX_CONFIGURABLE_FILES, 1), None),
        (listing(MAX_CONFIGURABLE_FILES + 1, 1), "1,001 files"),
        (listing(MAX_CONFIGURABLE_TOTAL // MAX_CONFIGURABLE_SIZE, MAX_CONFIGURABLE_SIZE), None),
        (listing(MAX_CONFIGURABLE_TOTAL // MAX_CONFIGURABLE_SIZE + 1, MAX_CONFIGURABLE_SIZE), "bytes of text"),
        (listing(900, MAX_CONFIGURABLE_SIZE + 1), None),
        (listing(900, MAX_CONFIGURABLE_SIZE, is_binary=True), None),
    ],
)
def test_what_is_looked_into_has_bounds(files: list[TemplateFileRecord], words: str | None) -> None:
    reason = too_large(files)
    assert reason is None if words is None else words in (reason or "")


async def test_only_texts_are_read(world: World) -> None:
    template_id = await world.template("express")
    files = (await world.templates.files([template_id]))[template_id]
    texts = await configurable_texts(world.templates, [*files, *listing(1, MAX_CONFIGURABLE_SIZE + 1)])
    assert texts.keys() == {file.path for file in files if not file.is_binary}
