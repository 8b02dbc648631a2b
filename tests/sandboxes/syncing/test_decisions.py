"""Every combination of what the two sides have and of what the sandbox last got."""

import itertools

import pytest

from aura_gql.sandboxes.syncing.decisions import decide
from aura_gql.sandboxes.syncing.values import FOLDER, Entry, Sides, SyncAction, SyncDirection, SyncSide
from aura_gql.sandboxes.values import FileKind

A, B, C = (Entry(FileKind.FILE, letter * 64, 1) for letter in "abc")
RUN = Entry(FileKind.FILE, "a" * 64, 1, executable=True)
LINK, OTHER = Entry(FileKind.LINK), Entry(FileKind.OTHER)
KEPT = (None, A, RUN, B, C, FOLDER)
FOUND = (*KEPT, LINK, OTHER)
ALL = [Sides(*each) for each in itertools.product(KEPT, KEPT, FOUND)]

PUSH, PULL, MERGE = SyncAction.PUSH, SyncAction.PULL, SyncAction.MERGE
CONFLICT, NOTHING = SyncAction.CONFLICT, SyncAction.NOTHING


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "to_sandbox", "to_project"),
    [
        (A, A, A, NOTHING, NOTHING),
        (A, B, A, PUSH, NOTHING),
        (A, RUN, A, PUSH, NOTHING),
        (A, None, A, PUSH, NOTHING),
        (None, A, None, PUSH, NOTHING),
        (None, FOLDER, None, PUSH, NOTHING),
        (FOLDER, None, FOLDER, PUSH, NOTHING),
        (A, FOLDER, A, PUSH, NOTHING),
        (FOLDER, A, FOLDER, PUSH, NOTHING),
        (A, A, B, NOTHING, PULL),
        (A, A, RUN, NOTHING, PULL),
        (None, None, A, NOTHING, PULL),
        (A, A, None, PUSH, PULL),
        (A, A, FOLDER, NOTHING, PULL),
        (FOLDER, FOLDER, None, PUSH, PULL),
        (FOLDER, FOLDER, A, NOTHING, PULL),
        (A, A, LINK, NOTHING, CONFLICT),
        (A, A, OTHER, NOTHING, CONFLICT),
        (A, B, B, NOTHING, NOTHING),
        (A, None, None, NOTHING, NOTHING),
        (None, A, A, NOTHING, NOTHING),
        (A, B, C, MERGE, MERGE),
        (A, RUN, B, MERGE, MERGE),
        (A, B, None, PUSH, CONFLICT),
        (A, None, B, CONFLICT, CONFLICT),
        (None, A, B, CONFLICT, CONFLICT),
        (A, B, FOLDER, CONFLICT, CONFLICT),
        (A, B, LINK, CONFLICT, CONFLICT),
        (None, A, LINK, CONFLICT, CONFLICT),
        (None, A, FOLDER, CONFLICT, CONFLICT),
        (None, FOLDER, A, CONFLICT, CONFLICT),
        (A, None, FOLDER, NOTHING, NOTHING),
        (A, None, LINK, NOTHING, NOTHING),
        (None, None, LINK, NOTHING, NOTHING),
        (None, None, FOLDER, NOTHING, NOTHING),
    ],
)
def test_the_table(
    base: Entry | None, ours: Entry | None, theirs: Entry | None, to_sandbox: SyncAction, to_project: SyncAction
) -> None:
    sides = Sides(base, ours, theirs)
    assert (decide(SyncDirection.TO_SANDBOX, sides), decide(SyncDirection.TO_PROJECT, sides)) == (
        to_sandbox,
        to_project,
    )


def test_no_side_is_overwritten_that_changed() -> None:
    for sides in ALL:
        actions = {decide(direction, sides) for direction in SyncDirection}
        if PUSH in actions:
            assert sides.theirs in (None, sides.base), sides
        if PULL in actions:
            assert sides.ours == sides.base, sides
        if MERGE in actions:
            assert all(side is not None and side.is_file for side in (sides.base, sides.ours, sides.theirs)), sides
        if sides.ours == sides.theirs:
            assert actions == {NOTHING}, sides


def test_what_changed_on_both_sides_is_never_passed_over() -> None:
    for sides in ALL:
        has_both = sides.ours is not None and sides.theirs is not None
        if has_both and sides.base not in (sides.ours, sides.theirs) and sides.ours != sides.theirs:
            assert {decide(direction, sides) for direction in SyncDirection} <= {MERGE, CONFLICT}, sides


def test_a_choice_is_followed_wherever_the_project_can_have_it() -> None:
    for sides, direction in itertools.product(ALL, SyncDirection):
        differ = sides.ours != sides.theirs
        assert decide(direction, sides, SyncSide.PROJECT) is (PUSH if differ else NOTHING)
        wanted = CONFLICT if sides.theirs in (LINK, OTHER) else PULL
        assert decide(direction, sides, SyncSide.SANDBOX) is (wanted if differ else NOTHING)
