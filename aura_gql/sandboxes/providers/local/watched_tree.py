"""Finding out what code has changed in a project folder: the kernel says where to look, and looking says what is so.

Events only ever mark paths as worth a look. What is told is the difference between what was known and what is there, so
that many events of one file become one change, and a lost or misread event can't become an untrue one.
"""

import errno
import os

from aura_gql.files.changes.values import ChangeKind
from aura_gql.kernel.clock import utcnow
from aura_gql.sandboxes.machine_files.values import FileEvent, Rescan
from aura_gql.sandboxes.providers.local.beneath import OWN_PREFIX, Beneath
from aura_gql.sandboxes.providers.local.inotify import (
    IN_IGNORED,
    IN_ISDIR,
    IN_MODIFY,
    IN_MOVED_FROM,
    IN_MOVED_TO,
    IN_Q_OVERFLOW,
    Inotify,
    Notice,
)
from aura_gql.sandboxes.providers.local.known_tree import Entry, FolderWatches, KnownTree, join, split
from aura_gql.sandboxes.providers.local.openat2 import open_beneath
from aura_gql.sandboxes.providers.local.walk import MAX_DEPTH, readable_path
from aura_gql.sandboxes.values import FileKind

UNWATCHED_FOLDERS = frozenset(
    {"node_modules", ".git", ".venv", "__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache"}
)
"""Folders of these names are told, but not what is in them: tools fill them by the thousand."""
MAX_FOLDERS = 4_000
MAX_ENTRIES = 50_000


class WatchedTree:
    """The entries of one project folder as they were last told. Its methods block and hold the folder's lock."""

    def __init__(self, beneath: Beneath, inotify: Inotify | None) -> None:
        """Without `inotify` each `digest` compares the whole tree."""
        self._beneath = beneath
        self._inotify = inotify
        self._known = KnownTree()
        self._watches = None if inotify is None else FolderWatches(inotify)
        self._dirty: dict[str, None] = {}
        self._written: set[str] = set()
        self._origins: dict[str, str] = {}
        self._left: dict[int, str] = {}
        self._events: list[FileEvent | Rescan] = []
        self._trouble: str | None = None
        self._is_blind = inotify is None
        """Whether some folders have no watch, so that only comparing finds what changes in them."""

    @property
    def needs_look(self) -> bool:
        """Whether a `digest` may find something although no event says so."""
        return self._is_blind or self._trouble is not None

    def begin(self) -> None:
        """Watch and know everything that is there now, telling nothing of it. Raises SandboxGone."""
        with self._beneath.lock, self._beneath.root() as root:
            self._compare(root, "")
            self._events.clear()

    def digest(self) -> list[FileEvent | Rescan]:
        """What has changed since it was last asked, in an order that leads from the old tree to the new one.

        Raises SandboxGone, OSError; then the next call compares the whole tree.
        """
        with self._beneath.lock:
            try:
                with self._beneath.root() as root:
                    self._read()
                    self._look(root)
            except Exception as error:
                self._trouble = f"the folder could not be read: {error}"
                raise
            finally:
                self._dirty, self._written, self._origins, self._left = {}, set(), {}, {}
            told, self._events = self._events, []
            return told

    def absorb(self, path: str) -> None:
        """Take what is at a path now for known: the server changed it, and nobody shall be told."""
        with self._beneath.lock, self._beneath.root() as root:
            told = len(self._events)
            self._look_at(root, path)
            del self._events[told:]

    def _read(self) -> None:
        sources: dict[int, str] = {}
        while self._inotify is not None and (notices := self._inotify.read()):
            for notice in notices:
                self._mark(notice, sources)
        # To a folder that has no watch yet, or to none that will have one.
        entries = self._known.entries
        self._left = {entries[source].inode: source for source in sources.values() if source in entries}

    def _mark(self, notice: Notice, sources: dict[int, str]) -> None:
        assert self._watches is not None  # noqa: S101
        if notice.mask & IN_Q_OVERFLOW:
            self._trouble = "too much changed at once"
            return
        folder = self._watches.path_of(notice.watch)
        if notice.mask & IN_IGNORED:
            self._watches.ended(notice.watch)
        if folder is None or not notice.name or notice.name.startswith(OWN_PREFIX):
            return
        path = join(folder, notice.name)
        self._dirty[path] = None
        if notice.mask & IN_MODIFY:
            self._written.add(path)
        if notice.mask & IN_MOVED_FROM:
            sources[notice.cookie] = path
        if notice.mask & IN_MOVED_TO and (source := sources.pop(notice.cookie, None)) is not None:
            self._origins[path] = self._origins.pop(source, source)
            if notice.mask & IN_ISDIR:
                self._watches.move(source, path)
                below = [each for each in self._dirty if each.startswith(f"{source}/")]
                self._dirty.update(dict.fromkeys(path + each.removeprefix(source) for each in below))

    def _look(self, root: int) -> None:
        if self._trouble is not None or self._is_blind:
            if self._trouble is not None:
                self._events.append(Rescan(self._trouble))
            self._trouble = None
            self._compare(root, "")
            return
        for target, source in self._origins.items():
            self._look_for_move(root, source, target)
        for path in self._dirty:
            self._look_at(root, path)

    def _look_for_move(self, root: int, source: str, target: str) -> None:
        """A move of what was known to a path that was free; anything else is for `_look_at` to find."""
        before = self._known.entries.get(source)
        if before is None or target in self._known.entries or not self._is_tracked(target):
            return
        now, left = self._entry_at(root, target), self._entry_at(root, source)
        if now is None or (now.kind, now.inode) != (before.kind, before.inode):
            return
        if left is not None and left.inode == before.inode:
            return
        self._known.move(source, target)
        self._tell(target, ChangeKind.MOVED, before, source)
        # What changed in a folder just before it was moved may have been looked for when it had gone.
        self._enter(root, target, now)

    def _look_at(self, root: int, path: str) -> None:
        if self._is_tracked(path):
            self._settle(root, path, self._entry_at(root, path))

    def _is_tracked(self, path: str) -> bool:
        """Whether its folder is known and looked into."""
        folder, _ = split(path)
        return not folder or (folder in self._known.entries and _is_watched(folder))

    def _settle(self, root: int, path: str, now: Entry | None) -> None:
        """Tell the difference between what was known of a path and what is there."""
        before = self._known.entries.get(path)
        if before is not None and (now is None or now.kind is not before.kind or _is_another_folder(before, now)):
            self._forget(path)
            before = None
        if now is None:
            return
        if before is None and self._came_from_elsewhere(root, path, now):
            return
        if before is None:
            if len(self._known.entries) < MAX_ENTRIES:
                self._known.put(path, now)
                self._tell(path, ChangeKind.CREATED, now)
                self._enter(root, path, now)
        elif not now.is_same(before) or (before.is_fresh and path in self._written):
            self._known.put(path, now)
            self._tell(path, ChangeKind.MODIFIED, now)
        elif self._watches is not None and path not in self._watches:
            self._enter(root, path, now)

    def _came_from_elsewhere(self, root: int, path: str, now: Entry) -> bool:
        """Tell a move into a folder that is new itself, of which only the half at the old path was an event."""
        source = self._left.pop(now.inode, None)
        before = None if source is None else self._known.entries.get(source)
        if source is None or before is None or not now.is_same(before) or self._entry_at(root, source) == before:
            return False
        self._known.move(source, path)
        if self._watches is not None:
            self._watches.move(source, path)
        self._tell(path, ChangeKind.MOVED, before, source)
        self._enter(root, path, now)
        return True

    def _enter(self, root: int, path: str, entry: Entry) -> None:
        if entry.kind is FileKind.FOLDER and _is_watched(path):
            self._compare(root, path)

    def _compare(self, root: int, folder: str) -> None:
        """Watch a folder, then compare it and all below with what is known: in this order nothing slips through."""
        waiting = [folder]
        while waiting:
            folder = waiting.pop()
            names = self._names_in(root, folder)
            if names is None:
                continue
            for name in sorted({*names, *self._known.names_in(folder)}):
                path = join(folder, name)
                known = path in self._known.entries
                now = self._entry_at(root, path)
                self._settle(root, path, now)
                if known and now is not None and now.kind is FileKind.FOLDER and _is_watched(path):
                    waiting.append(path)

    def _names_in(self, root: int, folder: str) -> list[str] | None:
        """What is in a folder, which has its watch from now on; None where it can't be opened or is there no more."""
        try:
            opened = open_beneath(root, folder or ".", os.O_RDONLY | os.O_DIRECTORY)
        except OSError:
            return None
        try:
            self._watch(folder, opened)
            return [name for name in os.listdir(opened) if not name.startswith(OWN_PREFIX)]
        finally:
            os.close(opened)

    def _watch(self, folder: str, opened: int) -> None:
        if self._watches is None:
            return
        if len(self._watches) >= MAX_FOLDERS and folder not in self._watches:
            self._is_blind = True
            return
        try:
            self._watches.add(folder, opened)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            self._is_blind = True

    def _entry_at(self, root: int, path: str) -> Entry | None:
        folder, name = split(path)
        try:
            parent = open_beneath(root, folder or ".", os.O_PATH | os.O_DIRECTORY)
        except OSError:
            return None
        try:
            return Entry.of(os.stat(name, dir_fd=parent, follow_symlinks=False))
        except OSError:
            return None
        finally:
            os.close(parent)

    def _forget(self, path: str) -> None:
        for gone, entry in self._known.take_out(path):
            if self._watches is not None:
                self._watches.drop(gone)
            self._tell(gone, ChangeKind.DELETED, entry)

    def _tell(self, path: str, kind: ChangeKind, entry: Entry, source: str | None = None) -> None:
        origin = None if source is None else readable_path(source)
        told = FileEvent(readable_path(path), kind, entry.kind, entry.size, entry.executable, utcnow(), origin)
        self._events.append(told)


def _is_another_folder(before: Entry, now: Entry) -> bool:
    return now.kind is FileKind.FOLDER and before.inode != now.inode


def _is_watched(folder: str) -> bool:
    parts = folder.split("/")
    return len(parts) < MAX_DEPTH and not UNWATCHED_FOLDERS.intersection(parts)
