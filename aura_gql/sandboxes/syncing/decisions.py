"""What to do about a path, from what each side has and what the sandbox last got."""

from aura_gql.sandboxes.syncing.values import Entry, Sides, SyncAction, SyncDirection, SyncSide
from aura_gql.sandboxes.values import FileKind


def decide(direction: SyncDirection, sides: Sides, choice: SyncSide | None = None) -> SyncAction:
    """The action; where the user made a `choice`, what it takes to have that side's version on both, whatever the
    direction.

    Otherwise a sync to the sandbox brings what changed in the project alone and what is missing in the sandbox, one to
    the project brings what changed in the sandbox alone. What both changed is merged where both are files that began
    from one, and is a conflict else.
    """
    if sides.ours == sides.theirs:
        return SyncAction.NOTHING
    if choice is SyncSide.PROJECT:
        return SyncAction.PUSH
    if choice is SyncSide.SANDBOX:
        return _pull(sides.theirs)
    return _to_sandbox(sides) if direction is SyncDirection.TO_SANDBOX else _to_project(sides)


def _to_sandbox(sides: Sides) -> SyncAction:
    if sides.theirs in (None, sides.base):
        return SyncAction.PUSH
    if sides.ours == sides.base:
        return SyncAction.NOTHING
    if sides.ours is None and not _is_file(sides.theirs):
        # What the project no longer has is not there any more; what took its place is the sandbox's own.
        return SyncAction.NOTHING
    return _both(sides)


def _to_project(sides: Sides) -> SyncAction:
    if sides.theirs == sides.base or (sides.ours is None and not _is_file(sides.theirs)):
        return SyncAction.NOTHING
    if sides.ours == sides.base:
        return _pull(sides.theirs)
    return _both(sides)


def _pull(theirs: Entry | None) -> SyncAction:
    """Have the project follow. It keeps no links, pipes and the like; a folder is there by what is in it."""
    is_there = theirs is not None and theirs.kind is not FileKind.FOLDER
    return SyncAction.CONFLICT if is_there and not _is_file(theirs) else SyncAction.PULL


def _both(sides: Sides) -> SyncAction:
    are_files = all(_is_file(each) for each in (sides.base, sides.ours, sides.theirs))
    return SyncAction.MERGE if are_files else SyncAction.CONFLICT


def _is_file(entry: Entry | None) -> bool:
    return entry is not None and entry.is_file
