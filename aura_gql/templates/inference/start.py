"""How a starter, or a project with files of its own, is started in a sandbox."""

import re
import shlex
from collections.abc import Mapping
from typing import Final

from aura_gql.templates.inference.errors import UnreadableManifest
from aura_gql.templates.inference.facts import facts_of
from aura_gql.templates.inference.records import Facts, PackageManifest, StarterFile

# The first of them that a package.json has. `dev` before `start`, which in many frameworks serves a build that is not
# there yet; a back end before its front end, which shows nothing without it.
_SCRIPTS: Final = ("dev", "develop", "start", "serve", "backend", "frontend", "preview")
_ENTRIES: Final = ("index.js", "index.mjs", "server.js", "server.mjs", "app.js", "main.js", "main.mjs", "index.cjs")
_PYTHON_ENTRIES: Final = ("main.py", "app.py", "server.py")
_LOCKS: Final = {
    "package-lock.json": "npm",
    "npm-shrinkwrap.json": "npm",
    "pnpm-lock.yaml": "pnpm",
    "yarn.lock": "yarn",
    "bun.lock": "bun",
    "bun.lockb": "bun",
}
_MANAGERS: Final = frozenset(_LOCKS.values())
# Outside the project folder, of which everything is saved. Without `--watch=forever` it ends with its standard input.
_SERVE_BUNDLE: Final = (
    "mkdir -p /tmp/page && (cat index.html; echo"
    """ '<link rel="stylesheet" href="index.css"><script src="index.js"></script>') > /tmp/page/index.html"""
    " && npx --yes esbuild@0.25 {script} --bundle --outdir=/tmp/page --servedir=/tmp/page --watch=forever"
)
_BUNDLED: Final = ("index.ts", "index.tsx", "index.js", "index.jsx")
_SERVE_PAGES: Final = 'python3 -m http.server "${PORT:-8000}" --bind "${HOST:-127.0.0.1}"'
_ENTRY_NAME = re.compile(r"(?:\./)?([A-Za-z0-9_][A-Za-z0-9._-]*\.[cm]?js)")
_PROGRAM = re.compile(r"(?:^|&& )(bun|node|npm|npx|pnpm|python3|yarn)\b")
_BROUGHT_BY: Final = {"npx": "npm"}


def start_command_of(files: Mapping[str, StarterFile]) -> str | None:
    """The command that starts what the files make, in the words of their package manager; None where nothing tells.

    Only the data of `package.json` and `index.html` is looked at; the others may come without.
    """
    try:
        return start_of(facts_of("", files))
    except UnreadableManifest:
        return None


def start_of(facts: Facts) -> str | None:
    """The same for facts."""
    manifest = facts.manifest
    if manifest is None:
        return _page_of(facts) or _python_of(facts)
    manager = _manager_of(facts, manifest)
    install = f"{manager} install && " if manifest.dependencies else ""
    if script := _script_of(manifest):
        return f"{install}{manager} run {script}"
    if bundled := bundled_script_of(facts):
        return install + _SERVE_BUNDLE.format(script=bundled)
    if page := _page_of(facts):
        return page
    entry = _entry_of(facts, manifest)
    return f"{install}{_runner_of(manager)} {shlex.quote(entry)}" if entry else _python_of(facts)


def bundled_script_of(facts: Facts) -> str | None:
    """The script of a page that names none, where none of package.json's brings it there: StackBlitz bundles such pages
    by itself, here another bundler does. None for what needs none.
    """
    if facts.manifest is None or _script_of(facts.manifest) or _page_of(facts) is None or facts.page_has_script:
        return None
    return next((name for name in _BUNDLED if name in facts.names), None)


def tools_of(command: str) -> tuple[str, ...]:
    """The programs that a start command needs in the sandbox: those that it calls, and what they run on."""
    programs = dict.fromkeys(_BROUGHT_BY.get(program, program) for program in _PROGRAM.findall(command))
    node = ("node",) if programs.keys() & {"npm", "pnpm", "yarn"} else ()
    return tuple(dict.fromkeys([*node, *programs]))


def _script_of(manifest: PackageManifest) -> str | None:
    return next((name for name in _SCRIPTS if name in manifest.scripts), None)


def _manager_of(facts: Facts, manifest: PackageManifest) -> str:
    if manifest.package_manager in _MANAGERS:
        return manifest.package_manager
    return next((manager for lock, manager in _LOCKS.items() if lock in facts.names), "npm")


def _runner_of(manager: str) -> str:
    return "bun" if manager == "bun" else "node"


def _entry_of(facts: Facts, manifest: PackageManifest) -> str | None:
    main = _ENTRY_NAME.fullmatch(manifest.main or "")
    entries = (*([main[1]] if main else []), *_ENTRIES)
    return next((entry for entry in entries if entry in facts.names), None)


def _page_of(facts: Facts) -> str | None:
    return _SERVE_PAGES if "index.html" in facts.names else None


def _python_of(facts: Facts) -> str | None:
    entry = next((entry for entry in _PYTHON_ENTRIES if entry in facts.names), None)
    return entry and f"python3 {entry}"
