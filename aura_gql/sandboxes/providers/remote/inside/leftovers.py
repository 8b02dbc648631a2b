"""What an agent that was killed left in the project folder: files on their way to their places, or to their end."""

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path

from aura_gql.sandboxes.providers.local.disk import remove_tree
from aura_gql.sandboxes.providers.local.project_folder import REMOVED_PREFIX
from aura_gql.sandboxes.providers.local.staging import STAGE_PREFIX


def find_leftovers(folder: Path) -> Sequence[Path]:
    """Those in a project folder. To be asked for before anything else is staged there."""
    with contextlib.suppress(OSError):
        return [folder / name for name in os.listdir(folder) if name.startswith((STAGE_PREFIX, REMOVED_PREFIX))]
    return []


def remove_leftovers(found: Sequence[Path]) -> None:
    """Remove them, as far as that can be done. Never follows a link. Blocks."""
    for each in found:
        with contextlib.suppress(OSError):
            remove_tree(each)
