import pytest

from aura_gql.projects.configuration.tailwind import with_plugin
from aura_gql.projects.errors import OptionNotApplicable
from aura_gql.projects.records import ProjectConfiguration
from tests.projects.configuration.starters import configured, manifest_of, starter

TAILWIND = ProjectConfiguration(tailwindcss=True)


@pytest.mark.parametrize("slug", ["vite-react", "vite-vue", "vite-svelte", "vite-vanilla"])
def test_a_vite_build_gets_the_plugin_and_the_stylesheet_the_import(slug: str) -> None:
    files = configured(starter(slug), TAILWIND)
    assert "import tailwindcss from '@tailwindcss/vite';\n" in files["vite.config.js"]
    assert "plugins: [tailwindcss()" in files["vite.config.js"]
    assert files["src/style.css"].startswith("@import 'tailwindcss';\n\n:root")
    assert manifest_of(files)["devDependencies"].keys() >= {"tailwindcss", "@tailwindcss/vite"}


@pytest.mark.parametrize("slug", ["express", "static-page", "python-web", "node-script"])
def test_where_nothing_builds_it_is_refused(slug: str) -> None:
    with pytest.raises(OptionNotApplicable, match="`tailwindcss` can't be applied because the template is a") as caught:
        configured(starter(slug), TAILWIND)
    assert caught.value.field == ("configuration", "tailwindcss")


def test_without_a_stylesheet_it_is_refused() -> None:
    with pytest.raises(OptionNotApplicable, match=r"no stylesheet"):
        configured({"package.json": b'{"devDependencies": {"vite": "8"}}'}, TAILWIND)


def test_in_an_unknown_vite_configuration_it_is_refused() -> None:
    files = {**starter("vite-react"), "vite.config.js": b"module.exports = make();\n"}
    with pytest.raises(OptionNotApplicable, match=r"vite\.config\.js"):
        configured(files, TAILWIND)


def test_without_a_configuration_there_is_one() -> None:
    files = starter("vite-vanilla")
    del files["vite.config.js"]
    assert "plugins: [tailwindcss()]," in configured(files, TAILWIND)["vite.config.js"]


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ("export default defineConfig({\n  plugins: []\n})", "plugins: [tailwindcss()]"),
        ("export default {\n  plugins: [a(), b()]\n}", "plugins: [tailwindcss(), a(), b()]"),
        ("export default defineConfig({\n  base: '/',\n});", "{\n  plugins: [tailwindcss()],\n  base: '/',\n}"),
    ],
)
def test_the_plugin_comes_first(config: str, expected: str) -> None:
    patched = with_plugin(f"import a from 'a';\nimport {{\n  b,\n}} from \"b\";\n{config}")
    assert patched is not None
    assert expected in patched
    assert "from \"b\";\nimport tailwindcss from '@tailwindcss/vite';\n" in patched
