"""What the catalogue says of each of the 40 starters, and of starters that mean no good."""

import json
import re
from pathlib import Path

import pytest

from aura_gql.templates.inference.describe import describe, describe_facts
from aura_gql.templates.inference.errors import UnreadableManifest
from aura_gql.templates.inference.naming import distinct
from aura_gql.templates.inference.records import Description, StarterFile
from tests.support.github.snapshot import needs_snapshot
from tests.support.starter_facts import kept_facts, snapshot_files
from tests.support.templates import all_bundles

TABLE = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in (Path(__file__).parent / "starters.md").read_text().splitlines()
    if line.startswith("| ") and not line.startswith("| folder ")
]
DOCUMENT = Path(__file__).parents[3] / "docs" / "templates.md"
DESCRIBED = {folder: describe_facts(facts) for folder, facts in kept_facts().items()}


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row[0])
def test_it_is_described_as_the_table_says(row: list[str]) -> None:
    folder, name, sentence, type_, category, tags, start = row
    found = DESCRIBED[folder]
    assert (found.name, found.description) == (name, sentence)
    assert (found.type, found.category, list(found.tags)) == (type_, category, tags.split())
    assert f"`{found.start_command}`" == start


def test_the_table_has_all() -> None:
    assert [row[0] for row in TABLE] == sorted(DESCRIBED)
    assert len(TABLE) == 40


def test_the_document_says_of_each_where_it_runs() -> None:
    section = DOCUMENT.read_text().split("## Which starters run where")[1].split("## ")[0]
    named = [
        name for row in re.findall(r"^\|.*\|(.*)\|$", section, re.MULTILINE) for name in re.findall(r"`([^`]+)`", row)
    ]
    assert sorted(named) == sorted(DESCRIBED)


async def test_no_name_is_taken_twice_nor_by_a_bundled_template() -> None:
    names = {folder: found.name for folder, found in DESCRIBED.items()}
    assert distinct(names) == names
    assert not {name.casefold() for name in names.values()} & {bundle.name.casefold() for bundle in await all_bundles()}


@pytest.mark.parametrize("folder", sorted(DESCRIBED))
def test_it_is_within_its_bounds(folder: str) -> None:
    found = DESCRIBED[folder]
    assert 2 <= len(found.name) <= 80
    assert 10 <= len(found.description) <= 300
    assert found.description[-1] in ".…"
    assert found.type in found.tags
    assert len(found.tags) <= 20
    assert set(found.required_tools) <= {"node", "npm", "python3"}


@needs_snapshot
def test_the_real_files_say_the_same() -> None:
    for folder, files in snapshot_files().items():
        kept, real = DESCRIBED[folder], describe(folder, files)
        names = [(each.name, each.kind) for each in real.dependencies]
        assert names == [(each.name, each.kind) for each in kept.dependencies]
        assert real == Description(
            **{**{field: getattr(kept, field) for field in Description.__slots__}, "dependencies": real.dependencies}
        )


def test_a_starter_that_nothing_starts_is_installed_at_least() -> None:
    found = describe("empty", {"package.json": StarterFile.of(b"{}")})
    assert (found.name, found.type, found.start_command) == ("Node.js (empty)", "node", "npm install")


def test_a_broken_starter_is_refused_with_its_reason() -> None:
    with pytest.raises(UnreadableManifest, match="not JSON"):
        describe("x", {"package.json": StarterFile.of(b"<html>")})


def test_a_hostile_starter_is_bounded_and_plain() -> None:
    manifest = {
        "description": "react \u202e" + "\n" * 500,
        "dependencies": {"react": "\u202e" + "9" * 10_000, **{f"p{number}": "1" for number in range(2_000)}},
    }
    readme = "# \u202eevil\0 " + "long " * 1_000
    found = describe(
        "\u202e" + "word-" * 100,
        {"package.json": StarterFile.of(json.dumps(manifest).encode()), "README.md": StarterFile.of(readme.encode())},
    )
    assert (len(found.name) <= 80, len(found.description) <= 300, len(found.dependencies)) == (True, True, 500)
    shown = [found.name, found.description, *found.tags, *(each.version for each in found.dependencies)]
    assert not set("\u202e\0\n") & set("".join(shown))
