import pytest

from aura_gql.projects.configuration.kind import StarterKind, kind_of
from aura_gql.projects.configuration.workspace import Workspace
from tests.projects.configuration.starters import starter, workspace


@pytest.mark.parametrize(
    ("slug", "kind"),
    [
        ("vite-react", StarterKind.VITE_REACT),
        ("vite-vue", StarterKind.VITE_VUE),
        ("vite-svelte", StarterKind.VITE_SVELTE),
        ("vite-vanilla", StarterKind.VITE),
        ("express", StarterKind.NODE),
        ("node-script", StarterKind.NODE),
        ("python-web", StarterKind.PYTHON),
        ("static-page", StarterKind.STATIC),
        ("bash-script", StarterKind.OTHER),
    ],
)
def test_a_starter_is_of_its_kind(slug: str, kind: StarterKind) -> None:
    assert kind_of(Workspace(starter(slug))) is kind
    assert kind.is_vite == slug.startswith("vite-")


@pytest.mark.parametrize(
    ("package", "kind"),
    [
        ("next", StarterKind.NEXT),
        ("@sveltejs/kit", StarterKind.SVELTEKIT),
        ("@angular/core", StarterKind.ANGULAR),
        ("gatsby", StarterKind.FRAMEWORK),
        ("react", StarterKind.FRAMEWORK),
    ],
)
def test_a_package_marks_a_framework(package: str, kind: StarterKind) -> None:
    assert kind_of(workspace(package_json=f'{{"dependencies": {{"{package}": "1"}}}}')) is kind


def test_what_builds_an_app_says_more_than_what_it_is_made_of() -> None:
    packages = '{"dependencies": {"react": "19", "vite": "8", "remotion": "4"}}'
    assert kind_of(workspace(package_json=packages)) is StarterKind.REMOTION


@pytest.mark.parametrize(("script", "kind"), [("servor", StarterKind.PAGE), ("node a.js", StarterKind.NODE)])
def test_a_page_is_none_where_node_serves_it(script: str, kind: StarterKind) -> None:
    space = workspace(package_json=f'{{"scripts": {{"start": "{script}"}}}}', index_html="")
    assert kind_of(space) is kind


@pytest.mark.parametrize(
    ("page", "kind"), [("<p>A</p>", StarterKind.BUNDLED_PAGE), ("<script>a()</script>", StarterKind.PAGE)]
)
def test_a_page_that_names_no_script_is_bundled(page: str, kind: StarterKind) -> None:
    assert kind_of(workspace(package_json="{}", index_html=page, index_js="")) is kind


@pytest.mark.parametrize("text", ["{]", "[]", '{"a": NaN}', "[" * 100_000])
def test_a_manifest_that_is_no_object_is_told_from_none(text: str) -> None:
    assert kind_of(workspace(package_json=text)) is StarterKind.UNREADABLE
