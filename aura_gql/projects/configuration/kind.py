"""What sort of project a template's files make."""

from enum import StrEnum

from aura_gql.projects.configuration.manifest import MANIFEST, Manifest
from aura_gql.projects.configuration.workspace import Workspace

_FRAMEWORKS = (
    "@angular/core",
    "@builder.io/qwik",
    "@remix-run/dev",
    "@sveltejs/kit",
    "astro",
    "gatsby",
    "lit",
    "next",
    "nuxt",
    "parcel",
    "preact",
    "react-scripts",
    "rollup",
    "solid-js",
    "webpack",
)


class StarterKind(StrEnum):
    """The sorts that the options tell apart; the value is how messages call it."""

    VITE_REACT = "a Vite + React app"
    VITE_VUE = "a Vite + Vue app"
    VITE_SVELTE = "a Vite + Svelte app"
    VITE = "a Vite app"
    NODE = "a Node program"
    FRAMEWORK = "an app of a framework with tools of its own"
    PYTHON = "a Python program without a package.json"
    STATIC = "a static page without a package.json"
    OTHER = "a project without a package.json"

    @property
    def is_vite(self) -> bool:
        """Whether Vite builds it, in a way that we know to change."""
        return self in (StarterKind.VITE, StarterKind.VITE_REACT, StarterKind.VITE_VUE, StarterKind.VITE_SVELTE)


def kind_of(workspace: Workspace) -> StarterKind:
    """The sort of project."""
    manifest = Manifest.of(workspace)
    if manifest is None:
        return _kind_without_manifest(workspace.paths())
    if manifest.has(*_FRAMEWORKS):
        return StarterKind.FRAMEWORK
    if not manifest.has("vite"):
        return StarterKind.FRAMEWORK if manifest.has("react", "vue", "svelte") else StarterKind.NODE
    if manifest.has("react"):
        return StarterKind.VITE_REACT
    if manifest.has("vue"):
        return StarterKind.VITE_VUE
    return StarterKind.VITE_SVELTE if manifest.has("svelte") else StarterKind.VITE


def _kind_without_manifest(paths: list[str]) -> StarterKind:
    if any(path.endswith(".py") for path in paths):
        return StarterKind.PYTHON
    is_static = "index.html" in paths and MANIFEST not in paths
    return StarterKind.STATIC if is_static else StarterKind.OTHER
