import pytest

from aura_gql.projects.configuration.versions import TYPESCRIPT
from aura_gql.projects.errors import OptionNotApplicable
from aura_gql.projects.records import ProjectConfiguration
from tests.projects.configuration.starters import configured, manifest_of, starter

ESLINT = ProjectConfiguration(eslint=True)


@pytest.mark.parametrize(
    ("slug", "plugin", "words"),
    [
        ("vite-react", "eslint-plugin-react-hooks", "reactHooks.configs.flat.recommended"),
        ("vite-vue", "eslint-plugin-vue", "vue.configs['flat/essential']"),
        ("vite-svelte", "eslint-plugin-svelte", "svelte.configs.recommended"),
        ("vite-vanilla", "globals", "globals.browser"),
        ("express", "globals", "globals.node"),
    ],
)
@pytest.mark.parametrize("typescript", [False, True])
def test_a_flat_configuration_fits_the_framework(slug: str, plugin: str, words: str, typescript: bool) -> None:
    files = configured(starter(slug), ProjectConfiguration(eslint=True, typescript=typescript))
    manifest = manifest_of(files)
    assert manifest["scripts"]["lint"] == "eslint ."
    assert manifest["devDependencies"].keys() >= {"eslint", "@eslint/js", plugin}
    assert words in files["eslint.config.js"]
    assert ("tseslint.configs.recommended" in files["eslint.config.js"]) == typescript
    assert ("typescript-eslint" in manifest["devDependencies"]) == typescript


def test_every_import_is_a_package_that_is_asked_for() -> None:
    for slug in ("vite-react", "vite-vue", "vite-svelte", "vite-vanilla", "express"):
        files = configured(starter(slug), ProjectConfiguration(eslint=True, typescript=True))
        imported = [line.split("'")[1] for line in files["eslint.config.js"].splitlines() if line.startswith("import")]
        packages = {name.removesuffix("/config") for name in imported}
        assert packages <= manifest_of(files)["devDependencies"].keys()


def test_a_typescript_too_new_for_it_is_held_back() -> None:
    manifest = manifest_of(configured(starter("typescript-node"), ESLINT))
    assert manifest["devDependencies"]["typescript"] == TYPESCRIPT


def test_a_common_js_package_gets_a_module_all_the_same() -> None:
    files = configured({"package.json": b"{}", "a.js": b""}, ESLINT)
    assert "eslint.config.mjs" in files


def test_leaves_a_template_alone_that_has_it() -> None:
    for files in ({"package.json": b'{"devDependencies": {"eslint": "8"}}'}, {"package.json": b"{}", ".eslintrc": b""}):
        assert configured(files, ESLINT).keys() == files.keys()


def test_a_framework_brings_its_own() -> None:
    with pytest.raises(OptionNotApplicable, match="framework"):
        configured({"package.json": b'{"dependencies": {"gatsby": "5"}}'}, ESLINT)


def test_a_script_of_the_same_name_stays() -> None:
    scripts = manifest_of(configured({"package.json": b'{"scripts": {"lint": "other"}}', "a.js": b""}, ESLINT))[
        "scripts"
    ]
    assert scripts == {"lint": "other", "lint:eslint": "eslint ."}


def test_sources_in_typescript_are_linted_with_a_compiler_beside() -> None:
    files = configured({"package.json": b'{"type": "module"}', "src/index.ts": b""}, ESLINT)
    assert {"typescript", "typescript-eslint"} <= manifest_of(files)["devDependencies"].keys()
    assert "tseslint.configs.recommended" in files["eslint.config.js"]
