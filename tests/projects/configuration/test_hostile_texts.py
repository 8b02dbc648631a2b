"""Texts that a careless search takes minutes for, in which nothing else of the process runs: so tests would hang."""

import pytest

from aura_gql.projects.configurable import MAX_CONFIGURABLE_SIZE
from aura_gql.projects.configuration.manifest import Manifest
from aura_gql.projects.configuration.sources import node_sources
from aura_gql.projects.configuration.svelte import use_tsconfig
from aura_gql.projects.configuration.vite_config import with_nuxt_plugin
from aura_gql.projects.configuration.workspace import Workspace
from aura_gql.projects.records import ProjectConfiguration
from tests.projects.configuration.starters import configured, starter


def filled(piece: str, before: str = "", after: str = "") -> str:
    """As much of a piece as a file that is configured may have, between two others."""
    return before + piece * ((MAX_CONFIGURABLE_SIZE - len(before) - len(after)) // len(piece)) + after


@pytest.mark.parametrize(
    ("piece", "after"), [("<script>", ""), ("<script ", ""), ("<script ", "</script>"), ("<script lang=>", "</script>")]
)
def test_scripts_of_components_that_never_end(piece: str, after: str) -> None:
    hostile = filled(piece, after=after)
    files = {**starter("vite-vue"), "src/Hostile.vue": hostile.encode()}
    assert configured(files, ProjectConfiguration(typescript=True))["src/Hostile.vue"] == hostile


def test_tags_of_pages_that_never_end() -> None:
    pages = {"index.html": filled("<script ").encode(), "a.html": filled(" src", "<script").encode()}
    assert node_sources(Workspace({**pages, "a.js": b""})) == {"a.js": "a.ts"}


def test_imports_of_a_configuration_that_never_end() -> None:
    known = "export default defineNuxtConfig({\n});\n"
    changed = with_nuxt_plugin(filled("import \n", known))
    assert changed is not None
    assert changed.startswith("import tailwindcss")


def test_a_compiler_configuration_of_nothing_but_spaces() -> None:
    strict = '"strict": true}}'
    files = {"jsconfig.json": filled(" ", '{"compilerOptions": {', strict).encode(), "package.json": b"{}"}
    workspace = Workspace(files)
    manifest = Manifest.of(workspace)
    assert manifest is not None
    use_tsconfig(workspace, manifest)
    assert (workspace.read("tsconfig.json") or "").endswith('"noImplicitAny": false}}')
    # What is not followed by the word, too.
    use_tsconfig(Workspace({**files, "jsconfig.json": filled(" ").encode()}), manifest)
