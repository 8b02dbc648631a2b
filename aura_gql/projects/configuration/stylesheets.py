"""The stylesheet that every page of an app has, found or made."""

import posixpath
import re

from aura_gql.projects.configuration.kind import StarterKind
from aura_gql.projects.configuration.manifest import Manifest
from aura_gql.projects.configuration.refusal import refuse
from aura_gql.projects.configuration.sources import own_texts
from aura_gql.projects.configuration.workspace import Workspace

_OPTION = "tailwindcss"
_NAMES = ("global", "globals", "global_styles", "style", "index", "main", "app", "App", "styles", "base")
_READERS = (".astro", ".html", ".js", ".json", ".jsx", ".mjs", ".svelte", ".ts", ".tsx", ".vue")
_ENTRY = re.compile(r"<script\b[^<>]*\bsrc=[\"']?\.?/?(src/[^\"'\s>]+)", re.IGNORECASE)
_CHARSET = re.compile(r"@charset\s+\"[^\"]*\";\s*")
_LAYOUT = "src/routes/+layout.svelte"


def main_stylesheet(workspace: Workspace, kind: StarterKind, manifest: Manifest) -> str:
    """The path of the stylesheet, which is made where the template has none; OptionNotApplicable where it can't be."""
    if found := _find(workspace):
        return found
    if kind is StarterKind.SVELTEKIT and not workspace.exists(_LAYOUT):
        return _make_for_sveltekit(workspace, manifest)
    entry = _entry_of(workspace, kind)
    if entry is None:
        raise refuse(_OPTION, "the template has no stylesheet such as src/style.css to import Tailwind in")
    workspace.write(entry, f"import './style.css';\n{workspace.read(entry)}")
    workspace.write("src/style.css", "")
    return "src/style.css"


def prepend(workspace: Workspace, path: str, rules: str) -> None:
    """Put rules at the beginning of a stylesheet, but behind what has to be the first."""
    text = workspace.read(path) or ""
    charset = _CHARSET.match(text)
    at = charset.end() if charset else 0
    workspace.write(path, f"{text[:at]}{rules}{text[at:]}" if text[at:] else f"{text[:at]}{rules.strip()}\n")


def _find(workspace: Workspace) -> str | None:
    """The one with the likeliest name, of those that a source names; CSS modules hold no global rules."""
    texts = own_texts(workspace)
    sheets = [path for path in texts if path.endswith(".css") and not path.endswith(".module.css")]
    sheets = [path for path in sheets if not path.startswith(("public/", "static/")) and _stem(path) in _NAMES]
    code = [workspace.read(path) or "" for path in texts if path.endswith(_READERS)]
    named = [path for path in sheets if any(f"/{posixpath.basename(path)}" in text for text in code)]
    return min(named, key=lambda path: (_NAMES.index(_stem(path)), path), default=None)


def _stem(path: str) -> str:
    return posixpath.basename(path).rpartition(".")[0]


def _entry_of(workspace: Workspace, kind: StarterKind) -> str | None:
    if kind is StarterKind.VUE_CLI:
        entries = ["src/main.js", "src/main.ts"]
    elif kind.is_vite:
        entries = _ENTRY.findall(workspace.read("index.html") or "")
    else:
        entries = []
    # Its folder is that of the stylesheet.
    return next((path for path in entries if path.count("/") == 1 and workspace.read(path) is not None), None)


def _make_for_sveltekit(workspace: Workspace, manifest: Manifest) -> str:
    major = manifest.major_of("svelte")
    imported = "  import '../app.css';\n"
    if major is not None and major < 5:
        layout = f"<script>\n{imported}</script>\n\n<slot />\n"
    else:
        layout = f"<script>\n{imported}  let {{ children }} = $props();\n</script>\n\n{{@render children()}}\n"
    workspace.write(_LAYOUT, layout)
    workspace.write("src/app.css", "")
    return "src/app.css"
