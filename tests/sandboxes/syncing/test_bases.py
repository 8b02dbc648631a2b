"""What a machine got is known by path, even where it is apart from the rest."""

from aura_gql.files.writing.operations import DeletePath
from aura_gql.sandboxes.syncing.bases import Bases
from aura_gql.sandboxes.syncing.records import SyncedState
from aura_gql.sandboxes.syncing.values import entry_of
from tests.support.sandboxes import SandboxBench
from tests.support.syncing import a_file, apply, put, tree


async def test_bases_and_what_was_sent_since(bench: SandboxBench) -> None:
    project_id, bases = await bench.project({"a": b"1", "b": b"1"}), Bases(bench.files)
    first = await tree(bench, project_id)
    await apply(bench, project_id, put("a", b"2"), put("c", b"2"))
    second = await tree(bench, project_id)
    await apply(bench, project_id, DeletePath("a"))

    state = SyncedState(1, apart={"b": None, "x": a_file("x", b"1")})
    assert await bases.of_paths(project_id, state, ["a", "b", "c", "x"]) == {
        **{"a": first["a"], "b": None, "c": None, "x": state.apart["x"]}
    }
    for base, seen, was_sent in (
        (first["a"], entry_of(second["a"]), True),
        (first["a"], None, True),
        (first["a"], entry_of(first["a"]), False),
        (second["a"], entry_of(second["a"]), False),
        (None, entry_of(first["a"]), True),
        (first["a"], entry_of(a_file("a", b"9")), False),
    ):
        assert await bases.was_sent(project_id, "a", base, seen) is was_sent


def test_a_state_forgets_what_it_has_reached() -> None:
    state = SyncedState(3)
    state.settle("old", a_file("old", b"1", version=3))
    state.settle("gone", None)
    state.settle("ahead", a_file("ahead", b"1", version=5))
    assert state.has("gone", None)
    assert state.has("ahead", a_file("ahead", b"1", version=5))
    assert not state.has("ahead", a_file("ahead", b"1", version=4))
    assert not state.has("other", None)
    state.reach(4)
    assert state.apart.keys() == {"ahead"}
    state.reach(2)
    assert state.revision == 4
