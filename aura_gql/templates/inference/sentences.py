"""One sentence on what a starter is."""

import re
from typing import Final

from aura_gql.templates.inference.manifest import MAX_DESCRIPTION
from aura_gql.templates.inference.records import Facts
from aura_gql.templates.inference.rules import NODE, Rule
from aura_gql.templates.inference.start import bundled_script_of
from aura_gql.templates.inference.tags import is_typed, tags_of
from aura_gql.templates.inference.texts import one_line

# What a generator leaves for its user to replace.
_PLACEHOLDER: Final = re.compile(r"(?i)my\b|(?:an?|the)?\s*(?:simple|new|demo|starter)?\s*(?:app|project|todo)?\.?$")
# A tag, and how the sentence tells of it.
_WITH: Final = {
    "gsap": "GSAP animations",
    "shadcn": "shadcn/ui components",
    "tailwindcss": "Tailwind CSS",
    "unocss": "UnoCSS",
    "sass": "Sass",
    "supabase": "a Supabase client",
    "vue-router": "Vue Router",
    "react-router": "React Router",
    "koa-router": "a router",
    "nunjucks": "Nunjucks views",
    "angular-cli": "Angular CLI's dev server",
    "create-react-app": "Create React App's dev server",
    "vue-cli": "Vue CLI's dev server",
    "vite": "Vite's dev server",
    "servor": "a dev server that reloads",
}
_UNSAID: Final = frozenset({"starter", "nodejs", "js", "ts"})
_NO_LETTER_OR_DIGIT = re.compile(r"[^a-z0-9]")


def description_of(facts: Facts, rule: Rule) -> str:
    """Its package.json's own, else the first sentence of its README, else one made of what was found; at most 300
    characters.

    The first two only where they say what it is: what generators leave there is about any of their starters, and not
    about what was made of this one.
    """
    told = "" if facts.manifest is None else facts.manifest.description
    if not _PLACEHOLDER.match(told) and _squashed(rule.name) in _squashed(told):
        return _ended(one_line(told, MAX_DESCRIPTION))
    return next((each for each in facts.readme.sentences if _names_all(each, facts)), _made(facts, rule))


def _names_all(sentence: str, facts: Facts) -> bool:
    """Whether it names all that the folder's name does."""
    text = _squashed(sentence)
    return all(word in text for word in facts.words if word not in _UNSAID)


def _made(facts: Facts, rule: Rule) -> str:
    extras = [written for tag, written in _WITH.items() if tag in tags_of(facts, rule) and tag != rule.type]
    behind = f" with {_listed(extras)}" if extras else ""
    if rule is NODE and not facts.packages:
        behind = " without packages"
    if is_typed(facts) and not rule.is_typed and "TypeScript" not in rule.what:
        behind = f" in TypeScript,{behind}" if extras else " in TypeScript"
    if bundled_script_of(facts) is not None:
        behind += ", bundled by esbuild"
    return one_line(f"{rule.what}{behind}.", MAX_DESCRIPTION)


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "!", "?", "…")) else f"{sentence}."


def _squashed(text: str) -> str:
    return _NO_LETTER_OR_DIGIT.sub("", text.lower())
