import json

import pytest

from aura_gql.projects.configuration.manifest import Manifest
from tests.projects.configuration.starters import workspace

TEXT = """{
  "name": "ünï",
  "scripts": { "b": "x", "a": "y", "odd": 1 },
  "dependencies": { "react": "^19.0.0" },
  "version": "1.0.0"
}"""


def of(text: str) -> Manifest:
    manifest = Manifest.of(workspace(package_json=text))
    assert manifest is not None
    return manifest


@pytest.mark.parametrize("text", ["", "{", "[]", "1", "null", '{"a": NaN}', "[" * 100_000])
def test_what_is_no_object_is_no_manifest(text: str) -> None:
    assert Manifest.of(workspace(package_json=text)) is None


def test_no_file_is_no_manifest() -> None:
    assert Manifest.of(workspace()) is None


def test_order_and_layout_stay() -> None:
    manifest = of(TEXT)
    manifest.set_script("lint", "eslint .")
    manifest.add("axios", "^1.0.0", dev=False)
    assert list(json.loads(manifest.text())) == ["name", "scripts", "dependencies", "version"]
    assert list(json.loads(manifest.text())["scripts"]) == ["b", "a", "odd", "lint"]
    assert list(json.loads(manifest.text())["dependencies"]) == ["axios", "react"]
    assert manifest.text().startswith('{\n  "name": "ünï",\n  "scripts": {\n    "b"')
    assert manifest.text().endswith("}\n")
    assert manifest.scripts == {"b": "x", "a": "y", "lint": "eslint ."}


def test_is_written_only_when_it_changed() -> None:
    space = workspace(package_json=TEXT)
    manifest = Manifest.of(space)
    assert manifest is not None
    manifest.save(space)
    assert space.read("package.json") == TEXT
    manifest.set("packageManager", "npm@1.0.0")
    manifest.save(space)
    assert manifest.get("packageManager") == "npm@1.0.0"
    assert space.read("package.json") == manifest.text()


def test_a_package_is_in_one_section() -> None:
    manifest = of(TEXT)
    manifest.add("react", "^18.0.0", dev=True)
    assert manifest.version_of("react") == "^18.0.0"
    assert json.loads(manifest.text())["dependencies"] == {}
    manifest.add_tools({"react": "*", "vite": "^8.0.0"})
    assert json.loads(manifest.text())["devDependencies"] == {"react": "^18.0.0", "vite": "^8.0.0"}
    assert (manifest.has("vue", "vite"), manifest.has("vue"), manifest.version_of("vue")) == (True, False, None)


def test_odd_sections_do_no_harm() -> None:
    manifest = of('{"dependencies": [], "scripts": "x", "type": "module"}')
    assert (manifest.has("a"), manifest.scripts, manifest.is_module) == (False, {}, True)


def test_what_npm_takes_is_taken() -> None:
    assert of('\ufeff{"name": "a"}').get("name") == "a"
    manifest = of('{"name": "\\ud800", "b": "ü"}')
    manifest.set("c", 1)
    assert json.loads(manifest.text().encode()) == {"name": "\ud800", "b": "ü", "c": 1}


@pytest.mark.parametrize(
    ("version", "major"),
    [("^4.4.9", 4), ("~5.1", 5), (">= 18", 18), ("v3", 3), ("13.x", 13), ("latest", None), ("*", None), ("<5", None)],
)
def test_the_first_major_version_of_a_range(version: str, major: int | None) -> None:
    assert Manifest({"dependencies": {"a": version}}).major_of("a") == major
    assert Manifest({}).major_of("a") is None


def test_a_script_is_added_but_never_replaced() -> None:
    manifest = Manifest({"scripts": {"lint": "mine"}})
    for _ in range(2):
        manifest.add_script("lint", "eslint .", otherwise="lint:eslint")
        manifest.add_script("lint", "other")
    assert manifest.scripts == {"lint": "mine", "lint:eslint": "eslint ."}
