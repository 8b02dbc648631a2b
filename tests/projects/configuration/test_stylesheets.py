import pytest

from aura_gql.projects.configuration.kind import StarterKind
from aura_gql.projects.configuration.manifest import Manifest
from aura_gql.projects.configuration.stylesheets import main_stylesheet, prepend
from aura_gql.projects.configuration.workspace import Workspace
from aura_gql.projects.errors import OptionNotApplicable


def test_the_likeliest_of_those_that_are_named_is_the_main_one() -> None:
    code = b"import './styles.css'; import './global.css'; import './app.module.css'; import './style.css?x';"
    sheets = dict.fromkeys(["src/styles.css", "src/global.css", "src/app.module.css", "src/base.css"], b"")
    assert (
        main_stylesheet(Workspace({"src/main.ts": code, **sheets}), StarterKind.VITE, Manifest({})) == "src/global.css"
    )


def test_an_entry_gets_one_where_there_is_none() -> None:
    page = b'<script type="module" src="./src/main.ts"></script>'
    space = Workspace({"index.html": page, "src/main.ts": b"start();\n", "src/unused.css": b""})
    assert main_stylesheet(space, StarterKind.VITE, Manifest({})) == "src/style.css"
    assert space.read("src/main.ts") == "import './style.css';\nstart();\n"


@pytest.mark.parametrize(("version", "words"), [("^4.0.0", "<slot />"), ("^5.0.0", "{@render children()}")])
def test_sveltekit_gets_a_layout_with_one(version: str, words: str) -> None:
    space = Workspace({})
    manifest = Manifest({"devDependencies": {"svelte": version}})
    assert main_stylesheet(space, StarterKind.SVELTEKIT, manifest) == "src/app.css"
    assert words in (space.read("src/routes/+layout.svelte") or "")


@pytest.mark.parametrize("kind", [StarterKind.VITE, StarterKind.NEXT, StarterKind.VUE_CLI])
def test_where_no_place_is_known_there_is_none(kind: StarterKind) -> None:
    with pytest.raises(OptionNotApplicable, match="no stylesheet"):
        main_stylesheet(Workspace({}), kind, Manifest({}))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a {}\n", "X;\n\na {}\n"),
        ("", "X;\n"),
        ('@charset "utf-8";\na {}\n', '@charset "utf-8";\nX;\n\na {}\n'),
    ],
)
def test_rules_go_first(before: str, after: str) -> None:
    space = Workspace({"a.css": before.encode()})
    prepend(space, "a.css", "X;\n\n")
    assert space.read("a.css") == after
