"""What the documents show works: their operations fit the schema, and the README is followed to its end."""

import re
from pathlib import Path

import pytest
from graphql import GraphQLEnumType, build_schema, parse, validate

from aura_gql.kernel.errors import ErrorCode
from aura_gql.storage.archives.errors import ArchiveRule
from tests.support.examples import examples
from tests.support.readme import ELSEWHERE, RUN, SHOWN, Block, Reader, blocks, follow, runs_elsewhere

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
DOCUMENTS = [README, ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
SCHEMA = build_schema((ROOT / "schema.graphql").read_text(encoding="utf-8"))
FIRST_COMMANDS = ("scripts/dev", "scripts/test")

_NAME = re.compile(r"(?<![\w.])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b")
_LINK = re.compile(r"\]\((?!https?://|#|mailto:)([^)#\s]+)")
_EXAMPLE = """\
```console
$ git clone somewhere
$ export WORD=said
$ scripts/dev
Aura GraphQL is ready at http://127.0.0.1:8000/graphql
$ .venv/bin/python -c "print(__import__('urllib.request').request.urlopen('http://127.0.0.1:8000/healthz').read())"
```
```graphql
{ templates(first: 1) { edges { node { id slug } } } }
```
```graphql
query ($templateId: ID!) { node(id: $templateId) { ... on Template { slug } } }
```
```console
$ echo \\
  $WORD
```
```python
import os, urllib.request
print(urllib.request.urlopen("http://127.0.0.1:8000/healthz").status, os.environ["WORD"])
```
"""


def read(path: Path) -> list[Block]:
    return blocks(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_block_is_of_a_known_kind(path: Path) -> None:
    assert [(block.line, block.kind) for block in read(path) if block.kind not in RUN | SHOWN] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_operation_fits_the_schema(path: Path) -> None:
    for block in read(path):
        if block.kind == "graphql":
            assert validate(SCHEMA, parse(block.text)) == [], f"{path.name}:{block.line}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_and_script_is_there(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    named = set(_LINK.findall(text)) | set(re.findall(r"(?<![\w/.])scripts/[\w-]+", text))
    missing = [name for name in named if not (path.parent / name).exists() and not (ROOT / name).exists()]
    assert missing == []


def names_that_are_nothing(text: str) -> set[str]:
    """The NAMES in capitals that are no setting, no error code, no rule of archives and no value of an enum."""
    settings = set(_NAME.findall((ROOT / ".env.example").read_text(encoding="utf-8")))
    enums = [kind for kind in SCHEMA.type_map.values() if isinstance(kind, GraphQLEnumType)]
    known = settings | set(ErrorCode) | set(ArchiveRule) | {name for enum in enums for name in enum.values}
    return set(_NAME.findall(text)) - known


@pytest.mark.parametrize("path", sorted((ROOT / "docs").glob("*.md")), ids=lambda path: path.name)
def test_every_setting_that_is_named_is_there(path: Path) -> None:
    assert names_that_are_nothing(path.read_text(encoding="utf-8")) == set()


def test_a_setting_that_is_gone_is_seen() -> None:
    assert names_that_are_nothing("`MAX_SOCKETS`, `MAX_SOCKS` and `NOT_FOUND`") == {"MAX_SOCKS"}


def test_the_operations_of_the_readme_are_the_tabs_of_graphiql() -> None:
    shown = [block.text for block in read(README) if block.kind == "graphql"]
    assert shown == [each.shown for each in examples() if each.is_of_the_tour]


def test_ci_runs_what_the_readme_leaves_to_it() -> None:
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    for command, why in ELSEWHERE.items():
        assert why != ".ci/run runs it" or command in ci


def test_the_readme_begins_with_the_two_commands() -> None:
    commands = [command for block in read(README) if block.kind == "console" for command in block.commands]
    assert [command for command in commands if command in FIRST_COMMANDS][:2] == list(FIRST_COMMANDS)


async def test_the_readme_is_followed_to_its_end(tmp_path: Path) -> None:
    printed = await follow(Reader(ROOT, tmp_path), read(README))
    assert any('{"path":"notes/license.txt","version":1}' in text for text in printed)


async def test_a_document_is_followed(tmp_path: Path) -> None:
    _, health, _, template, word, python = await follow(Reader(ROOT, tmp_path), blocks(_EXAMPLE))
    assert '"status":"ok"' in health, health
    assert "slug" in template
    assert word == "said\n"
    assert python == "200 said\n"


async def test_a_command_that_fails_is_seen(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="no-such-command"):
        await follow(Reader(ROOT, tmp_path), blocks("```console\n$ no-such-command\n```\n"))


async def test_an_operation_without_a_server_is_seen(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="before it starts a server"):
        await follow(Reader(ROOT, tmp_path), blocks("```graphql\n{ viewer { id } }\n```\n"))


def test_commands_are_read_with_their_continuations() -> None:
    (block,) = blocks("```console\n$ one \\\n  two\noutput\n$ three\n```\n")
    assert block.commands == ["one   two", "three"]
    assert [command for command in ("git clone x", "scripts/test", "scripts/dev") if runs_elsewhere(command)] == [
        "git clone x",
        "scripts/test",
    ]
