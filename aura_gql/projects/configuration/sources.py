"""Which JavaScript files of a project are its own sources, and what they are called in TypeScript."""

import posixpath
import re

from aura_gql.projects.configuration.manifest import MANIFEST, Manifest
from aura_gql.projects.configuration.workspace import Workspace

_JAVASCRIPT = re.compile(r"^(?P<stem>.+)\.(?P<ending>jsx?|mjs|cjs)$")
_TYPESCRIPT = re.compile(r"\.[cm]?tsx?$")
_NO_SOURCE = re.compile(r"(?:^|/)(?:[\w.-]+\.config\.[cm]?[jt]s|\.[^/]+|[^/]+\.d\.[cm]?ts)$|(?:^|/)\.[^/]+/")
_MARKUP = re.compile(r"</[A-Za-z]|/>")
_PAGE_SCRIPT = re.compile(r"<script\b[^<>]*\bsrc=[\"']?([^\"'\s>]+)", re.IGNORECASE)


def bundled_sources(workspace: Workspace, manifest: Manifest, folder: str = "", *, jsx: bool = False) -> dict[str, str]:
    """The new names by the old, of the sources below `folder` that a bundler reads; `jsx` where `.js` may hold JSX.

    Not among them: what scripts name, as they name it to other programs.
    """
    named = {word.removeprefix("./") for command in manifest.scripts.values() for word in command.split()}
    return _renamed(workspace, folder, named, jsx=jsx)


def node_sources(workspace: Workspace) -> dict[str, str]:
    """The new names by the old, of the sources that Node runs: not those that pages load."""
    return _renamed(workspace, "", _loaded_by_pages(workspace), jsx=False)


def has_typescript_sources(workspace: Workspace) -> bool:
    """Whether any of its own sources is TypeScript."""
    return any(_TYPESCRIPT.search(path) and not _NO_SOURCE.search(path) for path in own_texts(workspace))


def own_texts(workspace: Workspace) -> list[str]:
    """The files that can be read, but those in the folder of another package.json, which is another package."""
    others = tuple(
        f"{posixpath.dirname(path)}/"
        for path in workspace.paths()
        if path != MANIFEST and posixpath.basename(path) == MANIFEST
    )
    return [path for path in workspace.texts() if not path.startswith(others)]


def _renamed(workspace: Workspace, folder: str, kept: set[str], *, jsx: bool) -> dict[str, str]:
    return {
        path: name
        for path in own_texts(workspace)
        if path.startswith(folder)
        and path not in kept
        and (name := _name_of(path, workspace.read(path) or "", jsx=jsx))
        and not workspace.exists(name)
    }


def _name_of(path: str, text: str, *, jsx: bool) -> str | None:
    found = _JAVASCRIPT.match(path)
    if found is None or _NO_SOURCE.search(path) or path.startswith(("public/", "static/")):
        return None
    ending = found["ending"].replace("js", "ts")
    if jsx and ending == "ts" and _MARKUP.search(text):
        ending = "tsx"
    return f"{found['stem']}.{ending}"


def _loaded_by_pages(workspace: Workspace) -> set[str]:
    loaded = set()
    for page in workspace.texts():
        if not page.endswith((".html", ".htm")):
            continue
        for source in _PAGE_SCRIPT.findall(workspace.read(page) or ""):
            folder = "" if source.startswith("/") else posixpath.dirname(page)
            loaded.add(posixpath.normpath(posixpath.join(folder, source.lstrip("/"))))
    return loaded
