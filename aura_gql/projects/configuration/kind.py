"""What sort of project a template's files make."""

import re
from enum import StrEnum

from aura_gql.projects.configuration.manifest import MANIFEST, Manifest
from aura_gql.projects.configuration.workspace import Workspace
from aura_gql.templates.inference.facts import facts_of
from aura_gql.templates.inference.records import StarterFile
from aura_gql.templates.inference.start import bundled_script_of


class StarterKind(StrEnum):
    """The sorts that the options tell apart; the value is how messages call it."""

    VITE_REACT = "a Vite + React app"
    VITE_VUE = "a Vite + Vue app"
    VITE_SVELTE = "a Vite + Svelte app"
    VITE = "a Vite app"
    NODE = "a Node program"
    PAGE = "a page whose scripts nothing builds"
    BUNDLED_PAGE = "a page that is bundled as it is served"
    ANGULAR = "an Angular app"
    ASTRO = "an Astro site"
    EGG = "an Egg server"
    EXPO = "an Expo app"
    NEXT = "a Next.js app"
    NUXT = "a Nuxt app"
    QUASAR = "a Quasar app"
    QWIK = "a Qwik app"
    REACT_SCRIPTS = "a Create React App app"
    REMOTION = "a Remotion video"
    SLIDEV = "a Slidev presentation"
    SVELTEKIT = "a SvelteKit app"
    VUE_CLI = "a Vue CLI app"
    FRAMEWORK = "an app of a framework with tools of its own"
    PYTHON = "a Python program without a package.json"
    STATIC = "a static page without a package.json"
    OTHER = "a project without a package.json"
    UNREADABLE = "a project whose package.json can't be read"

    @property
    def is_vite(self) -> bool:
        """Whether Vite alone builds it, in a way that we know to change."""
        return self in (StarterKind.VITE, StarterKind.VITE_REACT, StarterKind.VITE_VUE, StarterKind.VITE_SVELTE)

    @property
    def runs_in_browsers(self) -> bool:
        """Whether its sources find what a browser declares."""
        return self not in (StarterKind.NODE, StarterKind.EGG)

    @property
    def has_vue_components(self) -> bool:
        """Whether its components are `.vue` files."""
        return self in (StarterKind.VITE_VUE, StarterKind.VUE_CLI, StarterKind.NUXT)

    @property
    def has_svelte_components(self) -> bool:
        """Whether its components are `.svelte` files."""
        return self in (StarterKind.VITE_SVELTE, StarterKind.SVELTEKIT)


# The first package that the manifest names decides; what builds an app stands before what the app is made of.
_MARKS = (
    ("@angular/core", StarterKind.ANGULAR),
    ("@quasar/app-vite", StarterKind.QUASAR),
    ("@quasar/app-webpack", StarterKind.QUASAR),
    ("@builder.io/qwik", StarterKind.QWIK),
    ("remotion", StarterKind.REMOTION),
    ("expo", StarterKind.EXPO),
    ("next", StarterKind.NEXT),
    ("nuxt", StarterKind.NUXT),
    ("@sveltejs/kit", StarterKind.SVELTEKIT),
    ("astro", StarterKind.ASTRO),
    ("@slidev/cli", StarterKind.SLIDEV),
    ("react-scripts", StarterKind.REACT_SCRIPTS),
    ("@vue/cli-service", StarterKind.VUE_CLI),
    ("egg", StarterKind.EGG),
)
_OTHER_FRAMEWORKS = (
    "@docusaurus/core",
    "@nestjs/core",
    "@remix-run/dev",
    "@react-router/dev",
    "@solidjs/start",
    "@tanstack/react-start",
    "electron",
    "gatsby",
    "lit",
    "parcel",
    "preact",
    "react-native",
    "rollup",
    "solid-js",
    "vitepress",
    "webpack",
)
_NODE_COMMAND = re.compile(r"(?:^|[\s&|;])(?:node|nodemon|tsx)\s")


def kind_of(workspace: Workspace) -> StarterKind:
    """The sort of project."""
    manifest = Manifest.of(workspace)
    if manifest is None:
        return _kind_without_manifest(workspace.paths())
    marked = next((kind for package, kind in _MARKS if manifest.has(package)), None)
    if marked is not None:
        return marked
    if manifest.has(*_OTHER_FRAMEWORKS):
        return StarterKind.FRAMEWORK
    if manifest.has("vite"):
        return _vite_kind(manifest)
    if manifest.has("react", "vue", "svelte"):
        return StarterKind.FRAMEWORK
    is_page = workspace.exists("index.html") and not any(map(_NODE_COMMAND.search, manifest.scripts.values()))
    return _page_kind(workspace) if is_page else StarterKind.NODE


def _page_kind(workspace: Workspace) -> StarterKind:
    texts = {path: (workspace.read(path) or "").encode() for path in (MANIFEST, "index.html") if workspace.read(path)}
    files = {path: StarterFile(0, data=texts.get(path)) for path in workspace.paths()}
    return StarterKind.BUNDLED_PAGE if bundled_script_of(facts_of("", files)) else StarterKind.PAGE


def _vite_kind(manifest: Manifest) -> StarterKind:
    if manifest.has("react"):
        return StarterKind.VITE_REACT
    if manifest.has("vue"):
        return StarterKind.VITE_VUE
    return StarterKind.VITE_SVELTE if manifest.has("svelte") else StarterKind.VITE


def _kind_without_manifest(paths: list[str]) -> StarterKind:
    if MANIFEST in paths:
        return StarterKind.UNREADABLE
    if any(path.endswith(".py") for path in paths):
        return StarterKind.PYTHON
    return StarterKind.STATIC if "index.html" in paths else StarterKind.OTHER
