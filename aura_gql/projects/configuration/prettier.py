"""The option `prettier`."""

from typing import Any

from aura_gql.projects.configuration.kind import StarterKind
from aura_gql.projects.configuration.layout import json_file
from aura_gql.projects.configuration.manifest import Manifest
from aura_gql.projects.configuration.outputs import output_folders
from aura_gql.projects.configuration.package_manager import LOCK_FILES
from aura_gql.projects.configuration.versions import PRETTIER, PRETTIER_ASTRO, PRETTIER_SVELTE, PRETTIER_SVELTE_3
from aura_gql.projects.configuration.workspace import Workspace

_CONFIGS = (".prettierrc", "prettier.config.")


def add_prettier(workspace: Workspace, manifest: Manifest, kind: StarterKind) -> None:
    """Add `.prettierrc.json`, `.prettierignore`, the scripts `format` and `format:check`; nothing where it is there.

    Rules that are there without the package are kept.
    """
    if manifest.has("prettier"):
        return
    manifest.add_tools({"prettier": PRETTIER})
    manifest.add_script("format", "prettier --write .", otherwise="format:prettier")
    manifest.add_script("format:check", "prettier --check .")
    if not workspace.exists(".prettierignore"):
        ignored = ["node_modules/", *output_folders(kind), *LOCK_FILES]
        workspace.write(".prettierignore", "\n".join(ignored) + "\n")
    if any(path.startswith(_CONFIGS) for path in workspace.paths()) or manifest.get("prettier") is not None:
        return
    rules: dict[str, Any] = {"singleQuote": True, "printWidth": 120}
    if language := _language_of(kind):
        plugin = f"prettier-plugin-{language}"
        manifest.add_tools({plugin: _plugin_version(manifest, language)})
        rules["plugins"] = [plugin]
        rules["overrides"] = [{"files": f"*.{language}", "options": {"parser": language}}]
    workspace.write(".prettierrc.json", json_file(rules))


def _language_of(kind: StarterKind) -> str | None:
    if kind.has_svelte_components:
        return "svelte"
    return "astro" if kind is StarterKind.ASTRO else None


def _plugin_version(manifest: Manifest, language: str) -> str:
    if language == "astro":
        return PRETTIER_ASTRO
    return PRETTIER_SVELTE_3 if (manifest.major_of("svelte") or 5) < 5 else PRETTIER_SVELTE
