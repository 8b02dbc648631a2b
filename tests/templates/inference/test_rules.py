"""The table of rules as a table; what it says of each starter is in test_describe."""

import re

import pytest

from aura_gql.templates.inference.records import Facts, PackageManifest
from aura_gql.templates.inference.rules import NODE, RULES, Rule, rule_for
from aura_gql.templates.records import DependencyKind, TemplateDependencyRecord

CATEGORIES = {"backend", "docs", "frontend", "fullstack", "media", "mobile", "presentation", "scripting"}
# A row for all that the rows above it leave is meant to be met by more than its own conditions.
ROWS = [*RULES, NODE]


def facts_for(rule: Rule) -> Facts:
    """The least that meets a row's conditions."""
    packages = [*rule.packages[:1], *rule.beside[:1]]
    dependencies = tuple(TemplateDependencyRecord(name, "*", DependencyKind.RUNTIME) for name in packages)
    return Facts(
        folder="-".join(rule.words[:1]),
        manifest=PackageManifest(dependencies=dependencies) if packages else None,
        names=frozenset(rule.names[:1]),
        extensions=frozenset(rule.extensions[:1]),
    )


@pytest.mark.parametrize("rule", ROWS, ids=lambda rule: f"{rule.name} {rule.packages}")
def test_every_row_can_be_met(rule: Rule) -> None:
    assert rule_for(facts_for(rule)) is rule


@pytest.mark.parametrize("rule", ROWS, ids=lambda rule: rule.name)
def test_every_row_is_well_formed(rule: Rule) -> None:
    assert rule.category in CATEGORIES
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", word) for word in (rule.type, *rule.tags))
    assert rule.what[0].isupper()
    assert not rule.what.endswith(".")
    assert rule is NODE or rule.packages or rule.names or rule.extensions


def test_a_row_wants_all_its_conditions() -> None:
    deck = next(rule for rule in RULES if rule.name == "React Slides")
    facts = facts_for(deck)
    assert deck.fits(facts)
    assert rule_for(Facts("other", facts.manifest, facts.names, facts.extensions)).name == "React"
    assert not deck.fits(Facts("slides", None, frozenset(), frozenset()))


def test_what_fits_nothing_is_a_program_for_node() -> None:
    assert rule_for(Facts("x", PackageManifest(), frozenset(), frozenset())) is NODE
