import pytest

from aura_gql.projects.configuration.manifest import Manifest
from aura_gql.projects.configuration.sources import bundled_sources, has_typescript_sources, node_sources, own_texts
from aura_gql.projects.configuration.workspace import Workspace


def space(*paths: str, **texts: str) -> Workspace:
    return Workspace(
        {**dict.fromkeys(paths, b""), **{name.replace("_", "."): text.encode() for name, text in texts.items()}}
    )


def test_what_node_runs_is_renamed() -> None:
    files = space("index.js", "lib/a.mjs", "lib/b.cjs", "a.config.js", ".eslintrc.js", "public/page.js", "a.json")
    assert node_sources(files) == {"index.js": "index.ts", "lib/a.mjs": "lib/a.mts", "lib/b.cjs": "lib/b.cts"}


@pytest.mark.parametrize("page", ['<script src="index.js">', "<SCRIPT type=module src=/index.js>"])
def test_what_a_page_loads_is_not(page: str) -> None:
    assert node_sources(space("index.js", index_html=page)) == {}


def test_files_of_another_package_are_not_its_own() -> None:
    files = space("package.json", "a.js", "packages/b/package.json", "packages/b/b.js", "packages/b/x/c.ts")
    assert own_texts(files) == ["a.js", "package.json"]
    assert node_sources(files) == {"a.js": "a.ts"}
    assert not has_typescript_sources(files)


def test_a_file_whose_new_name_is_taken_stays() -> None:
    assert node_sources(space("a.js", "a.ts", "b.js")) == {"b.js": "b.ts"}


def test_a_bundler_reads_markup_in_scripts() -> None:
    files = Workspace({"src/a.js": b"<p>A</p>", "src/b.js": b"let b;", "c.js": b"", "src/d.jsx": b""})
    manifest = Manifest({"scripts": {"make": "node ./src/b.js"}})
    assert bundled_sources(files, manifest, "src/", jsx=True) == {"src/a.js": "src/a.tsx", "src/d.jsx": "src/d.tsx"}
    assert bundled_sources(files, Manifest({}), "src/")["src/a.js"] == "src/a.ts"


@pytest.mark.parametrize(
    ("path", "is_source"),
    [("a.ts", True), ("src/a.tsx", True), ("a.d.ts", False), ("vite.config.ts", False), (".hidden/a.ts", False)],
)
def test_a_source_in_typescript_is_told_from_a_configuration(path: str, is_source: bool) -> None:
    assert has_typescript_sources(space(path)) == is_source
