"""The folder in which a server keeps its sandboxes, with the groups that go with it: theirs alone, and cleared up."""

import contextlib
import hashlib
import re
from datetime import UTC, datetime
from pathlib import Path

from aura_gql.kernel.errors import ProviderUnavailable
from aura_gql.sandboxes.providers.local.cgroups import CgroupTree
from aura_gql.sandboxes.providers.local.disk import remove_tree
from aura_gql.sandboxes.providers.local.isolation import build_shared_etc
from aura_gql.sandboxes.providers.local.limits import LocalLimits
from aura_gql.sandboxes.providers.local.pool import WARM_PREFIX
from aura_gql.sandboxes.providers.local.probe import FOLDER_PREFIX
from aura_gql.sandboxes.providers.local.root_lock import RootLock

# No dot in front: such names are our own, and no sandbox may take one.
SANDBOX_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
ETC = ".etc"
ENVIRONMENT_DIGITS = 12


class RootFolder:
    """One server's folder. All methods block. `environment` tells it from those of other servers on this host."""

    def __init__(self, root: Path, limits: LocalLimits, *, use_cgroups: bool) -> None:
        """Touches nothing yet."""
        self._root = root
        self._limits = limits
        self._use_cgroups = use_cgroups
        self._lock = RootLock(root)
        self.environment = hashlib.sha256(str(root).encode()).hexdigest()[:ENVIRONMENT_DIGITS]

    def prepare(self) -> CgroupTree:
        """Take the folder, make what sandboxes share and find the groups. Raises OSError, ProviderUnavailable."""
        self._lock.acquire()
        for left in self._root.glob(f"{FOLDER_PREFIX}*"):
            remove_tree(left)
        self._remove_warm(keep=set())
        build_shared_etc(self._root / ETC)
        return self._find_groups()

    def release(self) -> None:
        """Let another server take it."""
        self._lock.release()

    def made_at(self) -> dict[str, datetime]:
        """When the folder of each sandbox was made, by name; whichever process did, as this takes nothing."""
        made = {}
        with contextlib.suppress(FileNotFoundError):
            for entry in self._root.iterdir():
                if SANDBOX_ID.fullmatch(entry.name):
                    with contextlib.suppress(FileNotFoundError):
                        made[entry.name] = datetime.fromtimestamp(entry.lstat().st_mtime, UTC)
        return made

    def remove_leftovers(self, keep: set[str], cgroups: CgroupTree | None) -> set[str]:
        """Remove folders and groups whose names are not in `keep`; the sandboxes they were of. `cgroups` is None where
        they have to be found. Does nothing where the folder is another server's.
        """
        try:
            self._lock.acquire()
        except (ProviderUnavailable, OSError):
            return set()
        removed = set()
        found = {entry.name for entry in self._root.iterdir() if SANDBOX_ID.fullmatch(entry.name)}
        for name in found - keep:
            with contextlib.suppress(OSError):  # the next round tries again
                remove_tree(self._root / name)
                removed.add(name)
        self._remove_warm(keep)
        groups = cgroups or self._find_groups()
        for name in groups.names() - keep:
            groups.remove(name)
        if cgroups is None:
            groups.leave()
        return removed

    def _find_groups(self) -> CgroupTree:
        """The groups of this root, whichever process made them."""
        if not self._use_cgroups:
            return CgroupTree([])
        return CgroupTree.find(f"aura-{self.environment}", self._limits)

    def _remove_warm(self, keep: set[str]) -> None:
        """Remove the folders of machines that a dead process made ahead."""
        for left in self._root.glob(f"{WARM_PREFIX}*"):
            if left.name not in keep:
                with contextlib.suppress(OSError):  # the next round tries again
                    remove_tree(left)
