"""Process trees: finding all of one, and ending it although it fights back."""

import os
import select
from _collections_abc import Callable, Iterable

from aura_gql.sandboxes.providers.local.inside.system import SIGKILL, SIGSTOP, signal_process

KILL_ROUNDS, KILL_PAUSE_S = 400, 0.005
FREEZE_ROUNDS = 400


def children_of(pid: int) -> list[int]:
    """The children of all its threads."""
    found: list[int] = []
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/children", "rb") as listing:
                found += [int(child) for child in listing.read().split()]
    except OSError:
        return found
    return found


def with_descendants(roots: Iterable[int]) -> list[int]:
    """The roots and all that is below them."""
    found = list(dict.fromkeys(roots))
    seen = set(found)
    for pid in found:  # grows while it is walked
        for child in children_of(pid):
            if child not in seen:
                seen.add(child)
                found.append(child)
    return found


def kill_tree(list_tree: Callable[[], list[int]], reap: Callable[[], object]) -> None:
    """Freeze the tree until nothing new turns up, so that no fork slips through, then kill it."""
    frozen: set[int] = set()
    for _ in range(FREEZE_ROUNDS):
        fresh = [pid for pid in list_tree() if pid not in frozen]
        if not fresh:
            break
        for pid in fresh:
            signal_process(pid, SIGSTOP)
        frozen.update(fresh)
        reap()
    for _ in range(KILL_ROUNDS):
        alive = list_tree()
        if not alive:
            return
        for pid in alive:
            signal_process(pid, SIGKILL)
        reap()
        select.select([], [], [], KILL_PAUSE_S)
