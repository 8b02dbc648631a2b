import pytest

from aura_gql.projects.configuration.references import rename_files, with_entries, with_paths
from aura_gql.projects.configuration.workspace import Workspace

RENAMES = {"src/App.jsx": "src/App.tsx", "src/main.jsx": "src/main.tsx", "index.js": "index.ts"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('<script src="/src/main.jsx">', '<script src="/src/main.tsx">'),
        ("Edit `src/App.jsx`.", "Edit `src/App.tsx`."),
        ("node index.js --x", "node index.ts --x"),
        ("lib/src/App.jsx", "lib/src/App.jsx"),
        ("my-index.js", "my-index.js"),
        ("index.json index.js.map?", "index.json index.js.map?"),
        ("https://x.test/index.js", "https://x.test/index.js"),
        ("'./index.js'", "'./index.js'"),
    ],
)
def test_paths_that_stand_in_a_text(text: str, expected: str) -> None:
    assert with_paths(text, RENAMES) == expected
    assert with_paths(text, {}) == text


def test_imports_follow_only_where_wanted() -> None:
    for imports, expected in ((True, 'import "./App.tsx"; import "../src/App.tsx";'), (False, None)):
        code = 'import "./App.jsx"; import "../src/App.jsx";'
        space = Workspace({"src/main.jsx": code.encode(), "src/App.jsx": b"import './other.jsx'"})
        rename_files(space, {"src/App.jsx": "src/App.tsx", "src/main.jsx": "src/main.tsx"}, imports=imports)
        assert space.texts() == ["src/App.tsx", "src/main.tsx"]
        assert space.read("src/main.tsx") == (expected or code)
        assert space.read("src/App.tsx") == "import './other.jsx'"


def test_the_manifest_is_left_to_others() -> None:
    space = Workspace({"package.json": b'{"main": "index.js"}', "index.js": b""})
    rename_files(space, {"index.js": "index.ts"}, imports=True)
    assert space.read("package.json") == '{"main": "index.js"}'


def test_without_endings_an_import_suits_any_compiler() -> None:
    space = Workspace({"src/main.js": b"import './App.js';", "src/App.js": b""})
    rename_files(space, {"src/App.js": "src/App.tsx"}, imports=True, endings=False)
    assert space.read("src/main.js") == "import './App';"


def test_files_of_another_package_are_left_alone() -> None:
    space = Workspace(
        {"index.js": b"", "sub/package.json": b"{}", "sub/a.md": b"index.js", "package-lock.json": b'"index.js"'}
    )
    rename_files(space, {"index.js": "index.ts"}, imports=True)
    assert space.read("sub/a.md") == "index.js"
    assert space.read("package-lock.json") == '"index.js"'


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("node ./index.js", "node ./index.ts"),
        ("node index.js && ../index.js", "node index.ts && ../index.js"),
        ({"a": ["./index.js", 1]}, {"a": ["./index.ts", 1]}),
        (None, None),
    ],
)
def test_entries_of_a_manifest(value: object, expected: object) -> None:
    assert with_entries(value, RENAMES) == expected
