"""The option `packageManager`."""

import re

from aura_gql.projects.configuration.manifest import MANIFEST, Manifest
from aura_gql.projects.configuration.versions import BUN, NPM, PNPM, YARN
from aura_gql.projects.configuration.workspace import Workspace
from aura_gql.projects.records import PackageManager

_LOCKS = {
    PackageManager.NPM: ("package-lock.json", "npm-shrinkwrap.json"),
    PackageManager.PNPM: ("pnpm-lock.yaml",),
    PackageManager.YARN: ("yarn.lock",),
    PackageManager.BUN: ("bun.lock", "bun.lockb"),
}
LOCK_FILES = tuple(path for paths in _LOCKS.values() for path in paths)

_PINNED = {
    PackageManager.NPM: f"npm@{NPM}",
    PackageManager.PNPM: f"pnpm@{PNPM}",
    PackageManager.YARN: f"yarn@{YARN}",
    PackageManager.BUN: f"bun@{BUN}",
}
_NPM_COMMAND = re.compile(r"\bnpm (install|ci|run|start|test)\b(?! -g)")


def use_package_manager(workspace: Workspace, manifest: Manifest, manager: PackageManager) -> None:
    """Pin the manager in `packageManager`, drop the lock files of the others, have scripts and README call it."""
    manifest.set("packageManager", _PINNED[manager])
    for other, locks in _LOCKS.items():
        for path in locks if other is not manager else ():
            workspace.remove(path)
    if manager is PackageManager.YARN and not workspace.exists(".yarnrc.yml"):
        workspace.write(".yarnrc.yml", "nodeLinker: node-modules\n")
    for name, command in manifest.scripts.items():
        manifest.set_script(name, in_terms_of(manager, command))
    for path in workspace.texts():
        if path.endswith(".md") and path != MANIFEST:
            workspace.write(path, in_terms_of(manager, workspace.read(path) or ""))


def in_terms_of(manager: PackageManager, text: str) -> str:
    """The text with npm's everyday commands told in another manager's words."""
    if manager is PackageManager.NPM:
        return text
    program = manager.value.lower()

    def translated(command: re.Match[str]) -> str:
        verb = command[1]
        if verb in ("install", "ci"):
            return f"{program} install"
        return f"{program} run {verb}" if verb != "run" else f"{program} run"

    return _NPM_COMMAND.sub(translated, text)
