"""Renaming files so that what names them follows."""

import posixpath
import re
from collections.abc import Mapping

from aura_gql.projects.configuration.manifest import MANIFEST
from aura_gql.projects.configuration.package_manager import LOCK_FILES
from aura_gql.projects.configuration.sources import own_texts
from aura_gql.projects.configuration.workspace import Workspace

_RELATIVE = re.compile(r"(?P<quote>['\"])(?P<path>\.{1,2}/[^'\"\n]+)(?P=quote)")


def rename_files(workspace: Workspace, renames: Mapping[str, str], *, imports: bool, endings: bool = True) -> None:
    """Move the files and change their paths wherever texts name them: `src/App.jsx` or `/src/App.jsx`.

    With `imports`, quoted relative paths (`'./App.jsx'`) change, too; without `endings`, to `'./App'`, for compilers
    that take no `.tsx` in an import. package.json is left to the caller, and lock files to their programs.
    """
    for path in own_texts(workspace):
        if path == MANIFEST or path in LOCK_FILES:
            continue
        text = workspace.read(path) or ""
        changed = with_paths(text, renames)
        if imports:
            changed = _with_relative_paths(changed, posixpath.dirname(path), renames, endings=endings)
        if changed != text:
            workspace.write(path, changed)
    for old, new in renames.items():
        workspace.rename(old, new)


def with_paths(text: str, renames: Mapping[str, str]) -> str:
    """The text with the old paths that stand in it replaced."""
    return _replaced(r"(?<![\w.-])(?<!\w/)(?<!\./)()", text, renames)


def with_entries(value: object, renames: Mapping[str, str]) -> object:
    """A field of package.json, or a script, in which paths may begin with `./`, with the old paths replaced."""
    if isinstance(value, str):
        return _replaced(r"(?<![\w./-])((?:\./)?)", value, renames)
    if isinstance(value, list):
        return [with_entries(one, renames) for one in value]
    return {name: with_entries(one, renames) for name, one in value.items()} if isinstance(value, dict) else value


def _replaced(before: str, text: str, renames: Mapping[str, str]) -> str:
    if not renames:
        return text
    names = "|".join(re.escape(old) for old in sorted(renames, key=len, reverse=True))
    pattern = rf"{before}({names})(?!\.?[\w-])"
    return re.sub(pattern, lambda found: found[1] + renames[found[2]], text)


def _with_relative_paths(text: str, folder: str, renames: Mapping[str, str], *, endings: bool) -> str:
    def replaced(found: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(folder, found["path"]))
        if target not in renames:
            return found[0]
        head = found["path"].rpartition("/")[0]
        name = posixpath.basename(renames[target])
        return f"{found['quote']}{head}/{name if endings else name.rpartition('.')[0]}{found['quote']}"

    return _RELATIVE.sub(replaced, text)
