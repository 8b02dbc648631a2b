"""The rules of the house that import-linter can't hold; each is shown to fail on a planted offence."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from strawberry.types.base import StrawberryObjectDefinition, get_object_definition
from strawberry.types.field import StrawberryField

from aura_gql.graph.permissions import SignedIn, declared_permissions
from aura_gql.graph.schema import Mutation, Subscription
from tests.support import house
from tests.support.house import Source

ROOT = Path(__file__).parents[1]
CODE = house.sources(ROOT, "aura_gql")
TESTS = house.sources(ROOT, "tests")
SCRIPTS = house.sources(ROOT, "scripts")


Rule = Callable[[Source], Iterator[str]]


def offences(rule: Rule, sources: list[Source]) -> list[str]:
    return [offence for source in sources for offence in rule(source)]


def test_there_is_code_to_look_at() -> None:
    assert {source.path for source in CODE} >= {"aura_gql/settings.py", "aura_gql/kernel/errors.py"}
    assert not [source.path for source in CODE if "/bundled/" in source.path]


def test_files_are_short() -> None:
    assert offences(house.too_long, CODE + TESTS + SCRIPTS) == []


def test_every_module_has_a_test_file() -> None:
    assert list(house.untested(CODE, {source.path for source in TESTS})) == []


def test_every_file_keeps_the_rules() -> None:
    found: list[str] = []
    for source in CODE + TESTS:
        # A copy, so that its syntax tree goes with it: those of all files together are large.
        read = replace(source)
        for rule in rules_for(source):
            found += rule(read)
    assert found == []


def rules_for(source: Source) -> Iterator[Rule]:
    yield house.relative_imports
    yield house.type_checking
    if not source.path.startswith("aura_gql/"):
        return
    yield house.local_imports
    if source.path != "aura_gql/settings.py":
        yield house.environment_reads
    yield house.skips if source.stem == "documents" else house.queries


def test_contracts_are_for_every_provider() -> None:
    contracts = [source for source in TESTS if source.path.endswith("_contract.py")]
    assert len(contracts) >= 6
    looked_at = house.with_helpers(contracts, TESTS)
    assert "tests/support/processes.py" in {source.path for source in looked_at}
    assert offences(house.provider_imports, looked_at) == []
    led_astray = Source("tests/sandboxes/planted.py", "from tests.support import sandboxes")
    assert offences(house.provider_imports, house.with_helpers([led_astray], TESTS)) != []


@pytest.mark.parametrize("root", [Mutation, Subscription])
def test_every_mutation_and_subscription_declares_who_may(root: type) -> None:
    assert [field.name for field in fields_of(root) if not declared_permissions(field)] == []


def test_every_root_field_but_the_open_ones_is_found() -> None:
    assert len(fields_of(Mutation)) > 0 < len(fields_of(Subscription))


def fields_of(root: type) -> list[StrawberryField]:
    definition = get_object_definition(root, strict=True)
    assert isinstance(definition, StrawberryObjectDefinition)
    return list(definition.fields)


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (house.too_long, "x = 1\n" * 301),
        (house.relative_imports, "from . import records"),
        (house.relative_imports, "from ..kernel import ids"),
        (house.type_checking, "from typing import TYPE_CHECKING"),
        (house.type_checking, "import typing\nif typing.TYPE_CHECKING:\n    pass"),
        (house.local_imports, "def f():\n    import json"),
        (house.local_imports, "async def f():\n    from aura_gql import app"),
        (house.environment_reads, "import os\nos.environ['X']"),
        (house.environment_reads, "import os\nos.getenv('X')"),
        (house.environment_reads, "from os import environ"),
        (house.queries, "rows = collection.find({'a': 1})"),
        (house.queries, "await Project.find_one(Project.id == id)"),
        (house.queries, "await database['projects'].update_one({}, {})"),
        (house.queries, "collection.aggregate([])"),
        (house.skips, "cursor.skip(20).limit(10)"),
        (house.skips, "pipeline = [{'$limit': 10}, {'$skip': 20}]"),
        (house.skips, "found = collection.find({}, skip=20)"),
    ],
)
def test_each_rule_can_fail(rule: Rule, text: str) -> None:
    assert len(list(rule(Source("aura_gql/room/planted.py", text)))) == 1


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (house.too_long, "x = 1\n" * 300),
        (house.local_imports, "def f():\n    import e2b\n    from botocore.config import Config"),
        (house.environment_reads, "import os\nos.getpid()"),
        (house.queries, "'text'.find('t')"),
        (house.skips, "skip = 1\n'They skip.'"),
    ],
)
def test_rules_let_the_rest_be(rule: Rule, text: str) -> None:
    assert list(rule(Source("aura_gql/room/planted.py", text))) == []


def test_a_missing_test_file_is_seen() -> None:
    planted = [Source(f"aura_gql/{name}.py", "") for name in ("room/service", "room/ports", "top", "__main__")]
    assert list(house.untested(planted, {"tests/test_main.py"})) == [
        "aura_gql/room/service.py: has no tests/room/test_service.py.",
        "aura_gql/top.py: has no tests/test_top.py.",
    ]


def test_a_field_without_permission_is_seen() -> None:
    assert declared_permissions(StrawberryField(python_name="planted")) == []
    assert declared_permissions(StrawberryField(python_name="planted", permission_classes=[SignedIn])) == [SignedIn]
