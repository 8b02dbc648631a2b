import json

import pytest

from aura_gql.projects.errors import OptionNotApplicable
from aura_gql.projects.records import ProjectConfiguration
from tests.projects.configuration.starters import configured, manifest_of

TYPESCRIPT = ProjectConfiguration(typescript=True)


def program(**fields: object) -> dict[str, bytes]:
    return {"package.json": json.dumps(fields).encode(), "index.js": b"// node index.js\n", "db.js": b""}


def test_nodemon_runs_it_with_tsx() -> None:
    files = program(dependencies={"nodemon": "3"}, scripts={"start": "nodemon index.js"}, nodemonConfig={"delay": 1})
    manifest = manifest_of(configured(files, TYPESCRIPT))
    assert manifest["nodemonConfig"] == {"delay": 1, "execMap": {"ts": "tsx"}}
    assert manifest["scripts"]["start"] == "nodemon index.ts"


@pytest.mark.parametrize("script", ["json-graphql-server db.js", "node index.js && A=1 serve --data ./db.js"])
def test_a_program_that_takes_javascript_alone_is_not_given_another_file(script: str) -> None:
    with pytest.raises(OptionNotApplicable, match="its script `start` gives JavaScript to"):
        configured(program(scripts={"start": script}), TYPESCRIPT)


def test_a_program_that_nothing_starts_has_a_script_for_it() -> None:
    files = configured(program(scripts={"test": "exit 1"}), TYPESCRIPT)
    assert manifest_of(files)["scripts"]["start"] == "tsx index.ts"
    assert files["index.ts"] == "// npx tsx index.ts\n"


def test_one_that_something_starts_has_none() -> None:
    scripts = manifest_of(configured(program(scripts={"dev": "node --watch index.js"}), TYPESCRIPT))["scripts"]
    assert scripts == {"dev": "tsx watch index.ts", "typecheck": "tsc --noEmit"}


def test_entries_follow_in_any_spelling() -> None:
    fields = {"main": "./index.js", "exports": {".": ["./index.js"]}, "scripts": {"start": "node ./index.js"}}
    manifest = manifest_of(configured(program(**fields), TYPESCRIPT))
    assert manifest["main"] == "./index.ts"
    assert manifest["exports"] == {".": ["./index.ts"]}
    assert manifest["scripts"]["start"] == "tsx ./index.ts"


def test_commands_of_a_package_stay_javascript() -> None:
    with pytest.raises(OptionNotApplicable, match="offers commands"):
        configured(program(bin="index.js"), TYPESCRIPT)
