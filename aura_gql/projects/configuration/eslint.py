"""The option `eslint`: a configuration for the framework at hand."""

from aura_gql.projects.configuration.eslint_config import config_for
from aura_gql.projects.configuration.eslint_frameworks import FRAMEWORKS
from aura_gql.projects.configuration.kind import StarterKind
from aura_gql.projects.configuration.manifest import Manifest
from aura_gql.projects.configuration.refusal import check_kind
from aura_gql.projects.configuration.typescript import is_typescript
from aura_gql.projects.configuration.versions import (
    ESLINT,
    ESLINT_9,
    ESLINT_ASTRO,
    ESLINT_REACT,
    ESLINT_SVELTE,
    ESLINT_VUE,
    TYPESCRIPT,
    TYPESCRIPT_ESLINT,
)
from aura_gql.projects.configuration.workspace import Workspace

_OPTION = "eslint"
_EXISTING = ("eslint.config.", ".eslintrc")


def add_eslint(workspace: Workspace, manifest: Manifest, kind: StarterKind) -> None:
    """Add a configuration, its packages and a script `lint`, where there is no ESLint."""
    if manifest.has("eslint") or any(path.startswith(_EXISTING) for path in workspace.paths()):
        return
    check_kind(_OPTION, kind)
    if kind in FRAMEWORKS:
        FRAMEWORKS[kind](workspace, manifest)
        return
    typescript = is_typescript(workspace, manifest)
    if kind is StarterKind.ASTRO:
        manifest.add_tools({"eslint": ESLINT_9, "@eslint/js": ESLINT_9})
    manifest.add_tools(ESLINT)
    if typescript:
        manifest.add_tools({"typescript": TYPESCRIPT, "typescript-eslint": TYPESCRIPT_ESLINT})
        _hold_back_typescript(manifest)
    manifest.add_tools(_plugins_of(kind))
    path = "eslint.config.js" if manifest.is_module else "eslint.config.mjs"
    workspace.write(path, config_for(kind, typescript=typescript, module=manifest.is_module))
    manifest.add_script("lint", "eslint .", otherwise="lint:eslint")


def _hold_back_typescript(manifest: Manifest) -> None:
    """typescript-eslint refuses to be installed beside a TypeScript newer than it knows."""
    if (manifest.major_of("typescript") or 7) not in (4, 5, 6):
        manifest.add("typescript", TYPESCRIPT, dev=True)


def _plugins_of(kind: StarterKind) -> dict[str, str]:
    if kind is StarterKind.VITE_REACT:
        return ESLINT_REACT
    if kind is StarterKind.ASTRO:
        return {"eslint-plugin-astro": ESLINT_ASTRO}
    if kind.has_vue_components:
        return {"eslint-plugin-vue": ESLINT_VUE}
    return {"eslint-plugin-svelte": ESLINT_SVELTE} if kind.has_svelte_components else {}
