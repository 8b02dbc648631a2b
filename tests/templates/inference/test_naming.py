"""What starters are called."""

import json

import pytest

from aura_gql.templates.inference.facts import facts_of
from aura_gql.templates.inference.naming import MAX_NAME, distinct, name_of
from aura_gql.templates.inference.records import StarterFile
from aura_gql.templates.inference.rules import rule_for


def name(folder: str, *packages: str, readme: str = "", **files: str) -> str:
    manifest = json.dumps({"dependencies": dict.fromkeys(packages, "*")})
    texts = {"package.json": manifest, "README.md": readme, **files}
    facts = facts_of(folder, {path: StarterFile.of(text.encode()) for path, text in texts.items()})
    return name_of(facts, rule_for(facts))


@pytest.mark.parametrize(
    ("folder", "packages", "called"),
    [
        ("react", ["vite", "react"], "Vite + React"),
        ("react-todo-list", ["vite", "react"], "Vite + React (todo list)"),
        ("vue-tailwind", ["vite", "vue", "tailwindcss"], "Vite + Vue + Tailwind CSS"),
        ("vue-tailwind", ["vite", "vue"], "Vite + Vue (tailwind)"),
        ("nextjs-14", ["next", "react"], "Next.js 14"),
        ("astro-react", ["astro", "react"], "Astro (react)"),
        ("express-starter", ["express"], "Express"),
        ("some-tool", [], "Node.js (some tool)"),
    ],
)
def test_a_name_says_what_was_found_and_what_the_folder_says(folder: str, packages: list[str], called: str) -> None:
    assert name(folder, *packages) == called


def test_a_title_serves_where_nothing_particular_was_found() -> None:
    assert name("some-tool", readme="# Some Tool, *improved*") == "Some Tool, improved"
    assert name("some-tool", readme="# create-thing") == "Node.js (some tool)"
    assert name("some-tool", "express", readme="# Some Tool") == "Express (some tool)"


def test_a_name_is_bounded() -> None:
    assert len(name("word-" * 50 + "x")) <= MAX_NAME
    assert len(name("tool", readme="# tool " + "long " * 50)) <= MAX_NAME


def test_no_two_have_one_name() -> None:
    assert distinct({"a": "One", "b": "one", "c": "Two"}) == {"a": "One (a)", "b": "one (b)", "c": "Two"}


def test_a_name_made_distinct_takes_no_other_name() -> None:
    told = distinct({"a": "One", "b": "One", "c": "One (a)", "d": "Other"})
    assert told == {"a": "One (a)", "b": "One (b)", "c": "One (a) (c)", "d": "Other"}


def test_long_names_are_made_distinct_within_their_bound() -> None:
    told = distinct({f"slug-{number}": "x" * MAX_NAME for number in range(3)})
    assert len({name.casefold() for name in told.values()}) == 3
    assert {len(name) for name in told.values()} == {MAX_NAME}
