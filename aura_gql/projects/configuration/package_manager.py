"""The option `packageManager`."""

import re

from aura_gql.projects.configuration.manifest import Manifest
from aura_gql.projects.configuration.refusal import refuse
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
_NPM_COMMAND = re.compile(r"\bnpm (install|ci|run|start|test)\b(?! (?:-g|--global)\b)( (?=[@a-z-]))?")
_PNPM_WORKSPACES = "pnpm-workspace.yaml"
_FOLDER = re.compile(r"[@\w!*./{},-]+")


def use_package_manager(workspace: Workspace, manifest: Manifest, manager: PackageManager) -> None:
    """Pin the manager in `packageManager`, drop the lock files of the others, have scripts and README call it.

    OptionNotApplicable where the manager would not find the packages of a workspace.
    """
    _move_workspaces(workspace, manifest, manager)
    if not _is_pinned(manifest, manager):
        manifest.set("packageManager", _PINNED[manager])
    for other, locks in _LOCKS.items():
        for path in locks if other is not manager else ():
            workspace.remove(path)
    if manager is PackageManager.YARN and not workspace.exists(".yarnrc.yml"):
        workspace.write(".yarnrc.yml", "nodeLinker: node-modules\n")
    for name, command in manifest.scripts.items():
        manifest.set_script(name, in_terms_of(manager, command))
    # Other texts may speak of other packages: those of a tutorial's lessons, say.
    for path in workspace.texts():
        if path.lower() == "readme.md":
            workspace.write(path, in_terms_of(manager, workspace.read(path) or ""))


def _is_pinned(manifest: Manifest, manager: PackageManager) -> bool:
    pinned = manifest.get("packageManager")
    return isinstance(pinned, str) and pinned.partition("@")[0] == manager.value.lower()


def _move_workspaces(workspace: Workspace, manifest: Manifest, manager: PackageManager) -> None:
    """pnpm alone reads its own list of the packages, and no other."""
    if workspace.exists(_PNPM_WORKSPACES):
        if manager is not PackageManager.PNPM:
            raise refuse("packageManager", f"the packages of its workspace are listed in {_PNPM_WORKSPACES}")
        return
    listed = manifest.get("workspaces")
    if manager is not PackageManager.PNPM or listed is None:
        return
    folders = listed.get("packages") if isinstance(listed, dict) else listed
    if not isinstance(folders, list) or not all(isinstance(one, str) and _FOLDER.fullmatch(one) for one in folders):
        raise refuse("packageManager", "the packages of its workspace are listed in a way that pnpm does not have")
    lines = "".join(f"  - '{folder}'\n" for folder in folders)
    workspace.write(_PNPM_WORKSPACES, f"packages:\n{lines}")


def in_terms_of(manager: PackageManager, text: str) -> str:
    """The text with npm's everyday commands told in another manager's words."""
    if manager is PackageManager.NPM:
        return text
    program = manager.value.lower()

    def translated(command: re.Match[str]) -> str:
        verb, more = command[1], command[2] or ""
        if verb in ("install", "ci"):
            return f"{program} {'add' if more and verb == 'install' else 'install'}{more}"
        return f"{program} run{more}" if verb == "run" else f"{program} run {verb}{more}"

    return _NPM_COMMAND.sub(translated, text)
