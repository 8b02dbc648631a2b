"""What a starter is called.

Not by the title of its README: nearly all are what a generator wrote, the same for several starters and silent about
what sets one apart. The name is made of what the rules found, as `Vite + React + TypeScript`, with whatever else the
folder's name says behind it in brackets. The title serves where the rules found nothing particular.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from aura_gql.templates.inference.records import Facts
from aura_gql.templates.inference.rules import NODE, Rule
from aura_gql.templates.inference.tags import is_typed, tags_of
from aura_gql.templates.inference.texts import one_line

MAX_NAME: Final = 80

# A word in the name of a folder: the tag that must be there for it to be true, and how it is written. Those that are
# written "" are told elsewhere in the name.
_WORDS: Final = {
    "bolt": ("bolt", ""),
    "graphql": ("graphql", "GraphQL"),
    "gsap": ("gsap", "GSAP"),
    "javascript": ("javascript", ""),
    "js": ("javascript", ""),
    "node": ("node", ""),
    "nodejs": ("node", ""),
    "react": ("react", "React"),
    "sass": ("sass", "Sass"),
    "shadcn": ("shadcn", "shadcn/ui"),
    "supabase": ("supabase", "Supabase"),
    "svelte": ("svelte", "Svelte"),
    "tailwind": ("tailwindcss", "Tailwind CSS"),
    "tailwindcss": ("tailwindcss", "Tailwind CSS"),
    "three": ("threejs", "three.js"),
    "threejs": ("threejs", "three.js"),
    "ts": ("typescript", ""),
    "typescript": ("typescript", ""),
    "vite": ("vite", ""),
    "vue": ("vue", "Vue"),
}
_EMPTY: Final = frozenset({"app", "demo", "example", "starter", "template"})
# Whom it is for, and what builds or serves it where that is not what everybody takes: a tag, and how it is written.
_ASIDE: Final = {"create-react-app": "Create React App", "vue-cli": "Vue CLI", "servor": "servor", "bolt": "Bolt"}
_IN_BROWSER: Final = frozenset({"frontend", "presentation"})


def name_of(facts: Facts, rule: Rule) -> str:
    """A name for people, at most 80 characters."""
    if rule is NODE and all(word in _squashed(facts.readme.title) for word in facts.words):
        return one_line(facts.readme.title, MAX_NAME)
    tags = tags_of(facts, rule)
    name, aside = " + ".join(_parts(facts, rule, tags)), ", ".join(_aside(facts, rule, tags))
    return one_line(f"{name} ({aside})" if aside else name, MAX_NAME)


def distinct(names: Mapping[str, str]) -> dict[str, str]:
    """The names by slug, with the slug behind each that several have; case does not tell names apart."""
    told, is_settled = dict(names), False
    while not is_settled:
        folded = [name.casefold() for name in told.values()]
        clashing = [
            slug for slug, name in told.items() if told[slug] == names[slug] and folded.count(name.casefold()) > 1
        ]
        told |= {slug: _with_slug(names[slug], slug) for slug in clashing}
        is_settled = not clashing
    return told


def _with_slug(name: str, slug: str) -> str:
    behind = f" ({slug})"
    return one_line(name, MAX_NAME - len(behind)) + behind


def _parts(facts: Facts, rule: Rule, tags: tuple[str, ...]) -> Iterator[str]:
    if "vite" in tags and rule.category in _IN_BROWSER:
        yield "Vite"
    yield " ".join([rule.name, *(word for word in facts.words if word.isdigit())])
    for word in facts.words:
        tag, written = _WORDS.get(word, ("", ""))
        if written and tag in tags and word not in _squashed(rule.name):
            yield written
    if is_typed(facts) and not rule.is_typed and "TypeScript" not in rule.name:
        yield "TypeScript"


def _aside(facts: Facts, rule: Rule, tags: tuple[str, ...]) -> Iterator[str]:
    yield from (written for tag, written in _ASIDE.items() if tag in tags)
    if left := " ".join(word for word in facts.words if not _is_said(word, rule, tags)):
        yield left


def _is_said(word: str, rule: Rule, tags: tuple[str, ...]) -> bool:
    known = _WORDS.get(word)
    return word in _EMPTY or word.isdigit() or word in _squashed(rule.name) or (known is not None and known[0] in tags)


def _squashed(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())
