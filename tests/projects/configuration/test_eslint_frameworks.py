import json

import pytest

from aura_gql.projects.configuration.kind import StarterKind
from aura_gql.projects.errors import OptionNotApplicable
from aura_gql.projects.records import ProjectConfiguration
from tests.projects.configuration.starters import configured, manifest_of
from tests.support.starter_kinds import PROJECTS

ESLINT = ProjectConfiguration(eslint=True)


@pytest.mark.parametrize(
    ("kind", "package", "script"),
    [
        (StarterKind.NEXT, "eslint-config-next", "next lint"),
        (StarterKind.REACT_SCRIPTS, "eslint-config-react-app", "eslint src --ext .js,.jsx,.ts,.tsx"),
        (StarterKind.EXPO, "eslint-config-expo", "expo lint"),
    ],
)
def test_it_is_set_up_as_the_framework_says(kind: StarterKind, package: str, script: str) -> None:
    manifest = manifest_of(configured(dict(PROJECTS[kind]), ESLINT))
    assert {"eslint", package} <= manifest["devDependencies"].keys()
    assert manifest["scripts"]["lint"] == script


def test_next_lints_with_the_rules_of_its_own_version() -> None:
    files = configured(dict(PROJECTS[StarterKind.NEXT]), ESLINT)
    assert manifest_of(files)["devDependencies"]["eslint-config-next"] == "^13.4.0"
    assert json.loads(files[".eslintrc.json"])["extends"] == "next/core-web-vitals"


@pytest.mark.parametrize("version", ["^16.0.0", "latest", "11"])
def test_another_next_has_another_set_up(version: str) -> None:
    with pytest.raises(OptionNotApplicable, match=r"this version of Next\.js"):
        configured({"package.json": json.dumps({"dependencies": {"next": version}}).encode()}, ESLINT)


def test_rules_that_react_scripts_has_already_stay() -> None:
    fields = {"dependencies": {"react-scripts": "5"}, "eslintConfig": {"extends": "mine"}}
    files = configured({"package.json": json.dumps(fields).encode()}, ESLINT)
    assert manifest_of(files)["eslintConfig"] == {"extends": "mine"}
