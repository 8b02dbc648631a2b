"""What code makes in a sandbox that is not worth keeping: what tools make anew, and what the project says."""

import time
from collections.abc import Iterator, Mapping

from pathspec.patterns.gitignore import GitIgnorePatternError
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

IGNORED_FOLDERS = frozenset(
    {".git", "node_modules", "dist", "build", "target", "__pycache__", ".venv", "venv", ".cache", ".npm"}
    | {".next", ".nuxt", ".output", ".svelte-kit", ".turbo", ".pytest_cache", ".mypy_cache", ".ruff_cache"}
)
"""What tools make anew from the project's files."""
IGNORE_FILE = ".gitignore"
MAX_IGNORE_FILES = 50
MAX_IGNORE_BYTES = 32 * 1024
MAX_PATTERNS = 1_000
MAX_WILDCARDS = 3
"""A pattern with more of `*` and `**` can take hours over a name that was made for it."""
BUDGET_S = 1.0


class IgnoreRules:
    """The rules of a project's `.gitignore` files, as git reads them, besides the built-in list.

    They are bounded: the first 50 files of at most 32 KiB, the first 1,000 patterns, none with more than three
    wildcards, and a second of work in all. What is beyond a bound ignores nothing.
    """

    def __init__(self, files: Mapping[str, str], budget_s: float = BUDGET_S) -> None:
        """`files` has the texts of the files by path, those near the top first."""
        self._left_s = budget_s
        self._patterns: dict[str, list[GitIgnoreSpecPattern]] = {}
        room = MAX_PATTERNS
        for path, text in list(files.items())[:MAX_IGNORE_FILES]:
            patterns = list(_patterns(text))[:room]
            room -= len(patterns)
            self._patterns[path.removesuffix(IGNORE_FILE)] = patterns[::-1]

    @property
    def gave_up(self) -> bool:
        """Whether the rules of the project took too long: what was asked since is judged by the built-in list alone."""
        return self._left_s <= 0

    def ignores(self, path: str, *, is_folder: bool) -> bool:
        """Whether an entry is left out, when none of the folders that it is in is. Of the built-in list, folders are,
        and links that stand for them; what the project itself has is for the caller to know.
        """
        if is_folder and path.rpartition("/")[2] in IGNORED_FOLDERS:
            return True
        if self.gave_up or not self._patterns:
            return False
        began = time.perf_counter()
        try:
            return self._is_matched(path, is_folder=is_folder)
        finally:
            self._left_s -= time.perf_counter() - began

    def _is_matched(self, path: str, *, is_folder: bool) -> bool:
        began = time.perf_counter()
        for folder in _folders_of(path):
            name = path[len(folder) :] + ("/" if is_folder else "")
            for pattern in self._patterns.get(folder, ()):
                if pattern.match_file(name) is not None:
                    return bool(pattern.include)
                if time.perf_counter() - began > self._left_s:
                    return False
        return False


def _folders_of(path: str) -> Iterator[str]:
    """The folders that an entry is in, the innermost first, with a slash behind each; the project folder is ``""``."""
    while path:
        path = path.rpartition("/")[0]
        yield f"{path}/" if path else ""


def _patterns(text: str) -> Iterator[GitIgnoreSpecPattern]:
    for line in text.splitlines():
        if _wildcards(line) > MAX_WILDCARDS or line.strip() in ("/", "!/"):
            continue
        try:
            pattern = GitIgnoreSpecPattern(line)
        except GitIgnorePatternError:
            continue
        if pattern.include is not None:
            yield pattern


def _wildcards(line: str) -> int:
    return sum(1 if part == "**" else part.count("*") for part in line.split("/"))
