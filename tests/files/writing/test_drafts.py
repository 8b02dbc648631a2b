"""Plans over a real database."""

from collections.abc import Sequence

import pytest

from aura_gql.files.documents import ProjectFileDocument
from aura_gql.files.errors import PathClash
from aura_gql.files.records import RevisionSource
from aura_gql.files.writing.drafts import make_draft
from aura_gql.files.writing.operations import DeletePath, MovePath, Operation, SetExecutable
from tests.files.world import ADA, World
from tests.files.writing.plans import put


@pytest.mark.parametrize(
    ("operations", "new"),
    [
        ([put("b")], {"b": 0}),
        ([put("a", "other")], {}),
        ([SetExecutable("a", True), put("run", "2")], {}),
        ([put("gone"), put("b")], {"gone": 2, "b": 0}),
        ([MovePath("src", "gone")], {"gone/x": 0}),
        ([MovePath("run", "gone")], {"gone": 2}),
    ],
)
async def test_a_draft_knows_what_was_at_new_paths(
    world: World, operations: Sequence[Operation], new: dict[str, int]
) -> None:
    project = await world.project()
    first = [put(path) for path in ("a", "gone", "run", "src/x")]
    for some in (first, [DeletePath("gone")]):
        await world.files.writer.apply(ADA, project, some, source=RevisionSource.BATCH)
    draft = await make_draft(project, operations)
    assert sorted(draft.plan.new_paths) == sorted(new)
    assert draft.last_versions == {path: version for path, version in new.items() if version}
    assert len(draft.plan.changes) == len(operations) + ("src" in str(operations)) + ("run', to" in str(operations))


async def test_one_new_path_is_held_against_its_neighbours_alone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    project = await world.project()
    for path in ("a", "src/main", "z"):
        await world.save(project, path, b"")
    monkeypatch.delattr(ProjectFileDocument, "find_entries")
    assert (await make_draft(project, [put("src/other")])).plan.new_paths == ["src/other"]
    for path in ("src", "SRC/x", "src/main/x", "A"):
        with pytest.raises(PathClash):
            await make_draft(project, [put(path)])
