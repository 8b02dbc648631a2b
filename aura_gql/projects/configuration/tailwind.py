"""The option `tailwindcss`: Tailwind 4 through its Vite plugin."""

import re

from aura_gql.projects.configuration.kind import StarterKind
from aura_gql.projects.configuration.manifest import Manifest
from aura_gql.projects.configuration.refusal import refuse
from aura_gql.projects.configuration.versions import TAILWIND
from aura_gql.projects.configuration.workspace import Workspace

_OPTION = "tailwindcss"
_CONFIGS = tuple(f"vite.config.{ending}" for ending in ("js", "ts", "mjs", "mts"))
_STYLESHEET_NAMES = ("style", "index", "main", "app", "App", "styles")
_STYLESHEETS = tuple(f"{folder}{name}.css" for folder in ("src/", "src/assets/", "") for name in _STYLESHEET_NAMES)
_EMPTY_CONFIG = "import { defineConfig } from 'vite';\n\nexport default defineConfig({\n});\n"
_IMPORT = re.compile(r"^import\s[^;'\"]*['\"][^'\"\n]+['\"];?[ \t]*\n", re.MULTILINE)
_PLUGINS = re.compile(r"\bplugins:\s*\[\s*")
_DEFINE = re.compile(r"\bexport default defineConfig\(\{\n")


def add_tailwind(workspace: Workspace, manifest: Manifest, kind: StarterKind) -> None:
    """Add the plugin to the Vite configuration and `@import 'tailwindcss'` to the main stylesheet."""
    if manifest.has("tailwindcss"):
        return
    if not kind.is_vite:
        raise refuse(_OPTION, f"the template is {kind}, and Tailwind needs a Vite build to run in")
    stylesheet = next((path for path in _STYLESHEETS if workspace.read(path) is not None), None)
    if stylesheet is None:
        raise refuse(_OPTION, "the template has no stylesheet such as src/style.css to import Tailwind in")
    path = next(filter(workspace.exists, _CONFIGS), "vite.config.js")
    config = with_plugin(workspace.read(path) or _EMPTY_CONFIG)
    if config is None:
        raise refuse(_OPTION, f"no place for Tailwind's plugin can be found in {path}")
    workspace.write(path, config)
    workspace.write(stylesheet, f"@import 'tailwindcss';\n\n{workspace.read(stylesheet)}")
    manifest.add_tools(TAILWIND)


def with_plugin(config: str) -> str | None:
    """A Vite configuration with Tailwind's plugin; None where its shape is not one that we know."""
    if found := _PLUGINS.search(config):
        after = "" if config[found.end() : found.end() + 1] == "]" else ", "
        config = f"{config[: found.end()]}tailwindcss(){after}{config[found.end() :]}"
    elif found := _DEFINE.search(config):
        config = f"{config[: found.end()]}  plugins: [tailwindcss()],\n{config[found.end() :]}"
    else:
        return None
    imports = list(_IMPORT.finditer(config))
    at = imports[-1].end() if imports else 0
    return f"{config[:at]}import tailwindcss from '@tailwindcss/vite';\n{config[at:]}"
