"""ESLint as frameworks that bring rules of their own have it."""

from collections.abc import Callable, Mapping

from aura_gql.projects.configuration.kind import StarterKind
from aura_gql.projects.configuration.layout import json_file
from aura_gql.projects.configuration.manifest import Manifest
from aura_gql.projects.configuration.refusal import refuse
from aura_gql.projects.configuration.versions import (
    ESLINT_8,
    ESLINT_9,
    ESLINT_EXPO,
    ESLINT_REACT_APP,
)
from aura_gql.projects.configuration.workspace import Workspace

_NEXT_LINTS = range(12, 16)
_EXPO_CONFIG = """const { defineConfig } = require('eslint/config');
const expoConfig = require('eslint-config-expo/flat');

module.exports = defineConfig([expoConfig, { ignores: ['dist/*'] }]);
"""


def _next(workspace: Workspace, manifest: Manifest) -> None:
    major = manifest.major_of("next")
    if major not in _NEXT_LINTS:
        raise refuse("eslint", "this version of Next.js has another framework set-up of ESLint than 12 to 15")
    manifest.add_tools({"eslint": ESLINT_8, "eslint-config-next": manifest.version_of("next") or f"^{major}.0.0"})
    workspace.write(".eslintrc.json", json_file({"root": True, "extends": "next/core-web-vitals"}))
    manifest.add_script("lint", "next lint", otherwise="lint:next")


def _react_scripts(_: Workspace, manifest: Manifest) -> None:
    if manifest.get("eslintConfig") is None:
        manifest.set("eslintConfig", {"root": True, "extends": ["react-app"]})
    manifest.add_tools({"eslint": ESLINT_8, "eslint-config-react-app": ESLINT_REACT_APP})
    manifest.add_script("lint", "eslint src --ext .js,.jsx,.ts,.tsx", otherwise="lint:eslint")


def _expo(workspace: Workspace, manifest: Manifest) -> None:
    manifest.add_tools({"eslint": ESLINT_9, "eslint-config-expo": ESLINT_EXPO})
    workspace.write("eslint.config.cjs" if manifest.is_module else "eslint.config.js", _EXPO_CONFIG)
    manifest.add_script("lint", "expo lint", otherwise="lint:expo")


FRAMEWORKS: Mapping[StarterKind, Callable[[Workspace, Manifest], None]] = {
    StarterKind.NEXT: _next,
    StarterKind.REACT_SCRIPTS: _react_scripts,
    StarterKind.EXPO: _expo,
}
"""What adds it, by sort of project."""
