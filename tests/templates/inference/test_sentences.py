"""One sentence on what a starter is."""

import json

import pytest

from aura_gql.templates.inference.facts import facts_of
from aura_gql.templates.inference.records import StarterFile
from aura_gql.templates.inference.rules import rule_for
from aura_gql.templates.inference.sentences import description_of


def sentence(folder: str, manifest: dict[str, object], **files: str) -> str:
    texts = {"package.json": json.dumps(manifest), **files}
    facts = facts_of(folder, {path.replace("_", "."): StarterFile.of(text.encode()) for path, text in texts.items()})
    return description_of(facts, rule_for(facts))


KOA: dict[str, object] = {"dependencies": {"koa": "2"}}


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("A Koa server with sessions", "A Koa server with sessions."),
        ("Koa!", "Koa!"),
        ("My Koa server", "A Koa server."),
        ("Demo app with sample routes", "A Koa server."),
        ("", "A Koa server."),
        ("koa " + "x " * 400, "koa " + "x " * 147 + "x…"),
    ],
)
def test_its_own_words_come_first_where_they_say_what_it_is(told: str, shown: str) -> None:
    found = sentence("koa", {**KOA, "description": told})
    assert found == shown
    assert len(found) <= 300


def test_a_readme_comes_next_where_it_knows_what_was_added() -> None:
    readme = "# Koa\n\nA server of Koa, small and plain."
    assert sentence("koa", KOA, README_md=readme) == "A server of Koa, small and plain."
    assert sentence("koa-redis", KOA, README_md=readme) == "A Koa server."


def test_otherwise_it_is_made_of_what_was_found() -> None:
    vite: dict[str, object] = {
        "dependencies": {"react": "19", "vite": "7", "gsap": "3", "tailwindcss": "4"},
        "scripts": {"dev": "vite"},
    }
    assert sentence("x", vite) == "A React app with GSAP animations, Tailwind CSS and Vite's dev server."
    assert sentence("x", vite, main_tsx="").startswith("A React app in TypeScript, with GSAP animations, ")
    assert sentence("x", {}, index_html="", index_js="") == "A page of plain JavaScript, bundled by esbuild."
    assert sentence("x", {}, index_html="", index_ts="").startswith("A page of plain TypeScript, bundled by ")
