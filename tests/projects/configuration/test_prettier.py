import json

from aura_gql.projects.records import ProjectConfiguration
from tests.projects.configuration.starters import configured, manifest_of, starter

PRETTIER = ProjectConfiguration(prettier=True)


def test_adds_rules_ignores_and_scripts() -> None:
    files = configured(starter("express"), PRETTIER)
    manifest = manifest_of(files)
    assert manifest["scripts"]["format"] == "prettier --write ."
    assert manifest["scripts"]["format:check"] == "prettier --check ."
    assert manifest["devDependencies"].keys() == {"prettier"}
    assert json.loads(files[".prettierrc.json"])["singleQuote"] is True
    assert {"node_modules/", "package-lock.json"} <= set(files[".prettierignore"].splitlines())


def test_svelte_has_a_plugin() -> None:
    files = configured(starter("vite-svelte"), PRETTIER)
    assert json.loads(files[".prettierrc.json"])["plugins"] == ["prettier-plugin-svelte"]
    assert "prettier-plugin-svelte" in manifest_of(files)["devDependencies"]


def test_leaves_a_template_alone_that_has_it() -> None:
    files = {"package.json": b'{"devDependencies": {"prettier": "^2.0.0"}}'}
    assert configured(files, PRETTIER) == {path: data.decode() for path, data in files.items()}


def test_keeps_rules_and_scripts_that_are_there() -> None:
    files = {"package.json": b'{"scripts": {"format": "other"}}', ".prettierrc.yaml": b"semi: false\n"}
    after = configured(files, PRETTIER)
    assert after.keys() == {*files, ".prettierignore"}
    scripts = manifest_of(after)["scripts"]
    assert scripts["format"] == "other"
    assert scripts["format:prettier"] == "prettier --write ."


def test_svelte_before_5_has_the_plugin_of_its_time() -> None:
    files = {"package.json": b'{"devDependencies": {"svelte": "^4.2.0", "vite": "^4.4.9"}}'}
    assert manifest_of(configured(files, PRETTIER))["devDependencies"]["prettier-plugin-svelte"].startswith("^3")


def test_what_a_framework_builds_is_not_looked_at() -> None:
    files = {"package.json": b'{"dependencies": {"next": "^13.0.0"}}'}
    assert ".next/" in configured(files, PRETTIER)[".prettierignore"].splitlines()
