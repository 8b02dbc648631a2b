"""The words that a starter is found by, beside its type."""

from collections.abc import Iterator
from typing import Final

from aura_gql.templates.inference.records import Facts
from aura_gql.templates.inference.rules import Rule
from aura_gql.templates.inference.start import bundled_script_of

MAX_TAGS: Final = 20

# A package, and the tag that it brings.
_BY_PACKAGE: Final = {
    "vite": "vite",
    "gsap": "gsap",
    "tailwindcss": "tailwindcss",
    "unocss": "unocss",
    "sass": "sass",
    "bootstrap": "bootstrap",
    "three": "threejs",
    "@supabase/supabase-js": "supabase",
    "pinia": "pinia",
    "vue-router": "vue-router",
    "react-router-dom": "react-router",
    "rxjs": "rxjs",
    "zod": "zod",
    "nodemon": "nodemon",
    "@koa/router": "koa-router",
    "egg-view-nunjucks": "nunjucks",
    "graphql": "graphql",
    "@angular/cli": "angular-cli",
    "react-scripts": "create-react-app",
    "@vue/cli-service": "vue-cli",
    "servor": "servor",
    "eslint": "eslint",
    "prettier": "prettier",
    "vitest": "testing",
    "jest": "testing",
    "wrangler": "cloudflare",
}
# A file in the starter's own folder, and the tag that it brings: shadcn/ui is copied into a project, not installed.
_BY_NAME: Final = {"components.json": "shadcn", "Dockerfile": "docker"}
_TYPED = frozenset({"ts", "tsx", "mts"})
_UNTYPED = frozenset({"js", "jsx", "mjs", "cjs", "vue", "svelte", "astro"})
_ON_NODE = frozenset({"backend", "scripting"})


def tags_of(facts: Facts, rule: Rule) -> tuple[str, ...]:
    """At most 20 tags, each once: its type first, then what the rule says, its language, its packages and files."""
    return tuple(dict.fromkeys(_tags(facts, rule)))[:MAX_TAGS]


def is_typed(facts: Facts) -> bool:
    """Whether its own sources, some at least, are TypeScript."""
    return not facts.extensions.isdisjoint(_TYPED)


def _tags(facts: Facts, rule: Rule) -> Iterator[str]:
    yield rule.type
    yield from rule.tags
    if rule.category in _ON_NODE and facts.manifest is not None:
        yield "node"
    if is_typed(facts):
        yield "typescript"
    elif not facts.extensions.isdisjoint(_UNTYPED):
        yield "javascript"
    yield from (extension for extension in ("jsx", "tsx") if extension in facts.extensions)
    # Both in the order of the tables, so that a new version with its packages sorted otherwise is no new revision.
    yield from (tag for package, tag in _BY_PACKAGE.items() if package in facts.packages)
    yield from (tag for name, tag in _BY_NAME.items() if name in facts.names)
    yield from (word for word in facts.words if word == "bolt")
    if not facts.packages and bundled_script_of(facts) is None:
        yield "offline"
