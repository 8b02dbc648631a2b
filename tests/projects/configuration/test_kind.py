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


@pytest.mark.parametrize("package", ["next", "@sveltejs/kit", "@angular/core", "react"])
def test_frameworks_have_tools_of_their_own(package: str) -> None:
    assert kind_of(workspace(package_json=f'{{"dependencies": {{"{package}": "1"}}}}')) is StarterKind.FRAMEWORK
