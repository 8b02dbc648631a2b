"""The option `prettier`."""

from typing import Any

from aura_gql.projects.configuration.kind import StarterKind
from aura_gql.projects.configuration.layout import json_file
from aura_gql.projects.configuration.manifest import Manifest
from aura_gql.projects.configuration.package_manager import LOCK_FILES
from aura_gql.projects.configuration.versions import PRETTIER, PRETTIER_SVELTE
from aura_gql.projects.configuration.workspace import Workspace

_SVELTE_PLUGIN = "prettier-plugin-svelte"


def add_prettier(workspace: Workspace, manifest: Manifest, kind: StarterKind) -> None:
    """Add `.prettierrc.json`, `.prettierignore`, the scripts `format` and `format:check`; nothing where it is there."""
    if manifest.has("prettier") or any(
        path.startswith((".prettierrc", "prettier.config.")) for path in workspace.paths()
    ):
        return
    rules: dict[str, Any] = {"singleQuote": True, "printWidth": 120}
    manifest.add_tools({"prettier": PRETTIER})
    if kind is StarterKind.VITE_SVELTE:
        manifest.add_tools({_SVELTE_PLUGIN: PRETTIER_SVELTE})
        rules["plugins"] = [_SVELTE_PLUGIN]
        rules["overrides"] = [{"files": "*.svelte", "options": {"parser": "svelte"}}]
    workspace.write(".prettierrc.json", json_file(rules))
    if not workspace.exists(".prettierignore"):
        workspace.write(".prettierignore", "\n".join(["node_modules/", "dist/", "coverage/", *LOCK_FILES]) + "\n")
    manifest.set_script("format", "prettier --write .")
    manifest.set_script("format:check", "prettier --check .")
