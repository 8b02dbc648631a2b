import pytest

from aura_gql.projects.configuration.eslint_config import config_for
from aura_gql.projects.configuration.kind import StarterKind


@pytest.mark.parametrize("typescript", [False, True])
@pytest.mark.parametrize("kind", StarterKind, ids=lambda kind: kind.name)
def test_the_text_is_whole(kind: StarterKind, typescript: bool) -> None:
    text = config_for(kind, typescript=typescript)
    assert text.startswith("import js from '@eslint/js';\n")
    assert text.endswith("]);\n")
    assert text.count("{") == text.count("}")
    assert ("typescript-eslint" in text) == typescript


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (StarterKind.NODE, "globals.node"),
        (StarterKind.EGG, "globals.node"),
        (StarterKind.PAGE, "globals.browser"),
        (StarterKind.VUE_CLI, "vue.configs['flat/essential']"),
        (StarterKind.NUXT, "vue.configs['flat/essential']"),
        (StarterKind.NUXT, "'.nuxt/', '.output/'"),
        (StarterKind.SVELTEKIT, "'.svelte-kit/'"),
        (StarterKind.ASTRO, "astro.configs.recommended"),
    ],
)
def test_it_fits_the_sort_of_project(kind: StarterKind, words: str) -> None:
    assert words in config_for(kind, typescript=False)


def test_common_js_may_require() -> None:
    rule = "no-require-imports"
    assert rule in config_for(StarterKind.NODE, typescript=True, module=False)
    assert rule not in config_for(StarterKind.NODE, typescript=True)
    assert rule not in config_for(StarterKind.NODE, typescript=False, module=False)
