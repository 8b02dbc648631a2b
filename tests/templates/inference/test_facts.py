"""From files to facts."""

import pytest

from aura_gql.templates.inference.errors import UnreadableManifest
from aura_gql.templates.inference.facts import facts_of, is_read
from aura_gql.templates.inference.records import StarterFile
from tests.support.github.snapshot import needs_snapshot
from tests.support.starter_facts import fields_of, kept_facts, snapshot_files


def test_files_become_facts() -> None:
    paths = ["src/main.ts", "src/env.d.ts", "vite.config.mts", "a/b.vue", "logo.svg", "index.html", ".eslintrc.cjs"]
    facts = facts_of("My_vue.starter-2", {path: StarterFile.of(b"") for path in paths})
    assert facts.words == ["my", "vue", "starter", "2"]
    assert facts.names == {"vite.config.mts", "logo.svg", "index.html", ".eslintrc.cjs"}
    assert facts.extensions == {"ts", "vue", "html"}
    assert facts.manifest is None
    assert facts.packages == frozenset()


def test_packages_are_those_of_every_section() -> None:
    data = b'{"dependencies": {"a": "1"}, "devDependencies": {"b": "1"}, "optionalDependencies": {"c": "1"}}'
    assert facts_of("x", {"package.json": StarterFile.of(data)}).packages == {"a", "b", "c"}


@pytest.mark.parametrize(
    ("page", "has_script"),
    [(StarterFile.of(b"<p>"), False), (StarterFile.of(b'<Script src="a.js">'), True), (StarterFile(9), None)],
)
def test_a_page_tells_whether_it_names_a_script(page: StarterFile, has_script: bool | None) -> None:
    assert facts_of("x", {"index.html": page}).page_has_script is has_script


@pytest.mark.parametrize(
    ("path", "size", "wanted"),
    [
        ("index.html", 65_536, True),
        ("index.html", 65_537, False),
        ("src/index.html", 1, False),
        ("README.md", 262_144, True),
        ("README.md", 262_145, False),
        ("docs/README.md", 1, False),
        ("package.json", 1_048_576, True),
        ("package.json", 1_048_577, False),
        ("package-lock.json", 1, False),
    ],
)
def test_few_files_are_read(path: str, size: int, wanted: bool) -> None:
    assert is_read(path, size) is wanted


def test_a_manifest_that_was_too_large_to_be_kept_is_refused() -> None:
    with pytest.raises(UnreadableManifest, match="10,000,000 bytes"):
        facts_of("x", {"package.json": StarterFile(10_000_000)})


@needs_snapshot
def test_the_facts_that_are_kept_are_those_of_the_snapshot() -> None:
    real = {folder: fields_of(facts_of(folder, files)) for folder, files in snapshot_files().items()}
    assert real == {folder: fields_of(facts) for folder, facts in kept_facts().items()}
    assert len(real) == 40
