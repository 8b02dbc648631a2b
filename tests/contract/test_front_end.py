"""What front ends make of the schema and the examples: codegen's types, Relay's artifacts, clients that work."""

import json
import re
from pathlib import Path

import pytest
from graphql import build_schema, is_abstract_type, parse, validate

from aura_gql.infra.mongo import Database
from tests.contract.front_end import CODEGEN, COMPILE, RELAY, make_front_end
from tests.support.api import Member, running_api
from tests.support.examples import FOLDER, ROOT, example
from tests.support.journeys import ready_project, running_sandbox
from tests.support.node import NodeFailed, needs_node, node_json, run_node
from tests.support.terminal_journeys import opened

SCHEMA = (ROOT / "schema.graphql").read_text(encoding="utf-8")
WITHOUT_SLUG = re.sub(r'  """[^"]*"""\n  slug: String!\n', "", SCHEMA)
WRONG = """import type { ViewerQuery } from "./gql/graphql.js";
export const wrong = ({ viewer }: ViewerQuery): number => viewer.email;
"""
PRINTING = "for n in 1 2 3 4 5 6; do echo $n; sleep 0.2; done"


@needs_node
async def test_clients_are_typed_by_codegen_and_work(tmp_path: Path, mongodb_uri: str, database: Database) -> None:
    folder = tmp_path / "front-end"
    make_front_end(folder)
    await run_node(CODEGEN, "--config", "codegen.ts", cwd=folder)
    await expect_types_to_be_real(folder)
    async with running_api(mongodb_uri, tmp_path / "data", database) as api:
        ada = await api.sign_in("ada")
        project = await ready_project(ada)
        await expect_clients_to_work(folder / "built", f"http://{api.host}/graphql", ada, project)


async def expect_types_to_be_real(folder: Path) -> None:
    """Compile all: what uses the types wrongly, and nothing else, is refused."""
    (folder / "src/wrong.ts").write_text(WRONG)
    with pytest.raises(NodeFailed) as failed:
        await run_node(COMPILE, "--project", ".", cwd=folder)
    assert [line.partition("(")[0] for line in str(failed.value).splitlines() if "error TS" in line] == [
        "src/wrong.ts"
    ] * 2
    assert "'viewer' is possibly 'null'" in str(failed.value)
    assert "Type 'string' is not assignable to type 'number'" in str(failed.value)


async def expect_clients_to_work(built: Path, url: str, member: Member, project: str) -> None:
    sandbox = await running_sandbox(member, project)
    wish = {"sandboxId": sandbox, "command": PRINTING}
    execution = (await member.execute(example("RunCommand"), input=wish))["runCommand"]["execution"]["id"]
    terminal = await opened(member, sandbox)
    seen = await node_json("contract/clients.js", str(built), url, str(member.bearer), project, execution, terminal)
    names = seen["apollo"].pop("joined")
    assert (len(names), names) == (6, sorted(names, key=str.lower))
    assert seen["apollo"] == {"status": "READY", "name": "Renamed by Apollo"}
    assert seen["urql"] == [{"code": "INVALID_INPUT", "status": "READY"}] * 2
    assert (seen["added"], await size_of(member, project, "large.bin")) == (1, 900_000)
    assert seen["followed"] == ["1\n2\n3\n4\n5\n6\n"] * 2
    assert seen["terminal"] == {"exitCode": 5, "ending": "EXITED", "inOrder": True, "smiles": True}
    assert "is the id of a Project" in seen["refused"]


async def size_of(member: Member, project: str, path: str) -> int:
    """The bytes of a file."""
    query = "query ($id: ID!, $path: String!) { project(id: $id) { file(path: $path) { size } } }"
    return int((await member.execute(query, id=project, path=path))["project"]["file"]["size"])


@needs_node
async def test_relay_compiles_every_example_to_what_the_server_takes(tmp_path: Path) -> None:
    names = make_front_end(tmp_path)
    await run_node(RELAY, "relay.config.json", cwd=tmp_path)
    artifacts = {path.name.split(".")[0]: path.read_text() for path in (tmp_path / "relay/__generated__").iterdir()}
    texts = {
        name: found[1]
        for name, text in artifacts.items()
        if (found := re.search(r'^    "text": (".*"),?$', text, re.M))
    }
    assert texts.keys() == {*names, "TemplateListQuery", "TemplateListPageQuery"}
    schema = build_schema(SCHEMA)
    assert [error for text in texts.values() for error in validate(schema, parse(json.loads(text)))] == []
    assert "sessionExpiresAt: string;" in artifacts["ViewerQuery"].replace("readonly ", "")


@needs_node
@pytest.mark.parametrize(("tool", "arguments"), [(CODEGEN, ["--config", "codegen.ts"]), (RELAY, ["relay.config.json"])])
async def test_an_operation_that_does_not_fit_is_refused(tool: str, arguments: list[str], tmp_path: Path) -> None:
    make_front_end(tmp_path, WITHOUT_SLUG)
    with pytest.raises(NodeFailed, match="slug"):
        await run_node(tool, *arguments, cwd=tmp_path)


@needs_node
async def test_a_scalar_without_a_type_stops_codegen(tmp_path: Path) -> None:
    make_front_end(
        tmp_path,
        SCHEMA.replace("scalar JSON", "scalar Colour\n\nscalar JSON").replace("value: String!", "value: Colour!"),
    )
    with pytest.raises(NodeFailed, match="Colour"):
        await run_node(CODEGEN, "--config", "codegen.ts", cwd=tmp_path)


def test_apollo_knows_every_abstract_type() -> None:
    told = (FOLDER / "clients/src/apollo.ts").read_text(encoding="utf-8")
    schema = build_schema(SCHEMA)
    for each in filter(is_abstract_type, schema.type_map.values()):
        possible = sorted(each.name for each in schema.get_possible_types(each))
        assert f"{each.name}: {json.dumps(possible)}" in told
