import json

import pytest

from aura_gql.projects.configuration.kind import StarterKind
from aura_gql.projects.errors import OptionNotApplicable
from aura_gql.projects.records import ProjectConfiguration
from tests.projects.configuration.starters import configured, manifest_of, starter
from tests.support.starter_kinds import PROJECTS

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
    ("version", "is_old"), [("^4.4.9", True), ("~5.1.0", True), ("^5.2.0", False), ("latest", False)]
)
def test_an_old_vite_has_it_as_a_plugin_of_postcss(version: str, is_old: bool) -> None:
    files = starter("vite-vanilla")
    files["package.json"] = json.dumps({"type": "module", "devDependencies": {"vite": version}}).encode()
    after = configured(files, TAILWIND)
    assert (".postcssrc.json" in after) == is_old
    assert ("@tailwindcss/vite" in manifest_of(after)["devDependencies"]) != is_old


def test_a_configuration_that_can_not_require_it_has_it_so_too() -> None:
    files = {**starter("vite-vanilla"), "package.json": b'{"devDependencies": {"vite": "8"}}'}
    assert json.loads(configured(files, TAILWIND)[".postcssrc.json"]) == {"plugins": {"@tailwindcss/postcss": {}}}


def test_a_configuration_that_can_not_be_read_is_not_replaced() -> None:
    with pytest.raises(OptionNotApplicable, match=r"vite\.config\.js"):
        configured({**starter("vite-vanilla"), "vite.config.js": b"\xff"}, TAILWIND)


@pytest.mark.parametrize(
    ("kind", "more", "words"),
    [
        (StarterKind.NEXT, {"postcss.config.js": b""}, "a PostCSS configuration of its own"),
        (StarterKind.NEXT, {"package.json": b'{"dependencies": {"next": "12"}}'}, "version of next"),
        (StarterKind.REACT_SCRIPTS, {"package.json": b'{"dependencies": {"react-scripts": "4"}}'}, "react-scripts"),
        (StarterKind.NUXT, {"nuxt.config.ts": b"// ~/assets/main.css\nexport default {};"}, "no place"),
        (StarterKind.VITE, {"package.json": b'{"dependencies": {"vite": "8", "bootstrap": "5"}}'}, "Bootstrap"),
    ],
)
def test_where_it_would_not_work_it_is_refused(kind: StarterKind, more: dict[str, bytes], words: str) -> None:
    with pytest.raises(OptionNotApplicable, match=words):
        configured({**PROJECTS[kind], **more}, TAILWIND)


def test_create_react_app_has_the_tailwind_that_it_knows() -> None:
    files = configured(dict(PROJECTS[StarterKind.REACT_SCRIPTS]), TAILWIND)
    assert manifest_of(files)["devDependencies"]["tailwindcss"].startswith("^3")
    assert files["src/style.css"].startswith("@tailwind base;\n")
    assert "tailwind.config.js" in files
