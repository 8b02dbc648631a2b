"""The words that a starter is found by."""

from aura_gql.templates.inference.facts import facts_of
from aura_gql.templates.inference.records import StarterFile
from aura_gql.templates.inference.rules import rule_for
from aura_gql.templates.inference.tags import MAX_TAGS, is_typed, tags_of

EVERYTHING = b"""{"devDependencies": {"vite": "1", "gsap": "1", "tailwindcss": "1", "unocss": "1", "sass": "1",
"three": "1", "bootstrap": "1", "@supabase/supabase-js": "1", "pinia": "1", "vue-router": "1", "rxjs": "1", "zod": "1",
"jest": "1", "vitest": "1", "graphql": "1", "eslint": "1", "prettier": "1", "react": "1", "wrangler": "1"}}"""


def tags(folder: str, files: dict[str, bytes]) -> tuple[str, ...]:
    facts = facts_of(folder, {path: StarterFile.of(data) for path, data in files.items()})
    return tags_of(facts, rule_for(facts))


def test_the_type_comes_first_and_none_comes_twice() -> None:
    found = tags("bolt-x", {"package.json": b'{"dependencies": {"hono": "4"}}', "src/index.ts": b""})
    assert found == ("hono", "http", "server", "api", "node", "typescript", "bolt")


def test_the_order_of_packages_changes_nothing() -> None:
    one, other = b'{"dependencies": {"vite": "1", "gsap": "1"}}', b'{"devDependencies": {"gsap": "1", "vite": "1"}}'
    assert tags("x", {"package.json": one}) == tags("x", {"package.json": other})


def test_there_are_at_most_twenty() -> None:
    found = tags("bolt", {"package.json": EVERYTHING, "components.json": b"", "a.tsx": b"", "b.jsx": b""})
    assert len(found) == MAX_TAGS


def test_what_needs_no_package_runs_without_a_network() -> None:
    assert "offline" in tags("x", {"index.html": b"", "a.js": b""})
    assert "offline" not in tags("x", {"package.json": EVERYTHING})
    assert "offline" not in tags("x", {"package.json": b"{}", "index.html": b"<p>", "index.js": b""})


def test_declarations_and_configuration_make_no_typescript() -> None:
    files = {path: StarterFile.of(b"") for path in ("vite.config.ts", "src/app.d.ts")}
    assert not is_typed(facts_of("x", files))
    assert is_typed(facts_of("x", {**files, "src/main.ts": StarterFile.of(b"")}))
