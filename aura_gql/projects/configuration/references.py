"""Renaming files so that what names them follows."""

import posixpath
import re
from collections.abc import Mapping

from aura_gql.projects.configuration.workspace import Workspace

_RELATIVE = re.compile(r"(?P<quote>['\"])(?P<path>\.{1,2}/[^'\"\n]+)(?P=quote)")


def rename_files(workspace: Workspace, renames: Mapping[str, str], *, imports: bool) -> None:
    """Move the files and change their paths wherever texts name them: `src/App.jsx` or `/src/App.jsx`.

    With `imports`, quoted relative paths (`'./App.jsx'`) change, too. package.json is left to the caller.
    """
    for path in workspace.texts():
        if path == "package.json":
            continue
        text = workspace.read(path) or ""
        changed = with_paths(text, renames)
        if imports:
            changed = _with_relative_paths(changed, posixpath.dirname(path), renames)
        if changed != text:
            workspace.write(path, changed)
    for old, new in renames.items():
        workspace.rename(old, new)


def with_paths(text: str, renames: Mapping[str, str]) -> str:
    """The text with the old paths that stand in it replaced."""
    if not renames:
        return text
    names = "|".join(re.escape(old) for old in sorted(renames, key=len, reverse=True))
    return re.sub(rf"(?<![\w.-])(?<!\w/)(?<!\./)({names})(?!\.?[\w-])", lambda found: renames[found[1]], text)


def _with_relative_paths(text: str, folder: str, renames: Mapping[str, str]) -> str:
    def replaced(found: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(folder, found["path"]))
        if target not in renames:
            return found[0]
        head = found["path"].rpartition("/")[0]
        return f"{found['quote']}{head}/{posixpath.basename(renames[target])}{found['quote']}"

    return _RELATIVE.sub(replaced, text)
