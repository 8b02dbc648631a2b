"""What is to be written, told without a database."""

from collections.abc import Collection, Sequence
from dataclasses import replace

import pytest
from bson import ObjectId

from aura_gql.templates.errors import CataloguePoisoned
from aura_gql.templates.intake.planning import Found, IntakePlan, plan_intake
from aura_gql.templates.intake.records import KeptBundle, StoredState
from aura_gql.templates.records import SkippedTemplate
from tests.support.templates import a_bundle


def found(*slugs: str, skipped: Sequence[str] = ()) -> Found:
    bundles = {slug: KeptBundle(a_bundle(slug), {}, []) for slug in slugs}
    return Found(bundles, [SkippedTemplate(path, "It is broken.") for path in skipped])


def state(source_slug: str, *, slug: str | None = None, is_active: bool = True, text: str = "text") -> StoredState:
    bundle = a_bundle(source_slug, text)
    return StoredState(
        ObjectId(), slug or source_slug, source_slug, f"the-{source_slug}", bundle.revision, None, is_active
    )


def plan(found: Found, states: Sequence[StoredState], others: Collection[str] = ()) -> IntakePlan:
    return plan_intake(found, states, {*others, *(state.slug for state in states)}, force=False)


def test_everything_is_told_apart() -> None:
    states = [state("same"), state("new revision", text="old"), state("back", is_active=False), state("gone")]
    outcome = plan(found("same", "new revision", "back", "new"), states).outcome
    assert outcome.added == ["new"]
    assert outcome.changed == ["back", "new revision"]
    assert outcome.unchanged == ["same"]
    assert outcome.removed == ["gone"]


def test_one_that_is_found_by_what_was_kept_before_is_kept_anew() -> None:
    old = replace(state("a"), listing_version=0)
    assert plan(found("a"), [old]).changed == [(old, found("a").bundles["a"])]


@pytest.mark.parametrize(
    ("slugs", "others", "expected"),
    [
        (["a"], [], {"a": "a"}),
        (["a"], ["a"], {"a": "a-starter"}),
        (["a"], ["a", "a-starter"], {"a": "a-starter-2"}),
        # Who can have its own slug has it, whoever comes first.
        (["a", "a-starter"], ["a"], {"a-starter": "a-starter", "a": "a-starter-2"}),
        (["a", "a-starter"], ["a", "a-starter"], {"a": "a-starter-2", "a-starter": "a-starter-starter"}),
    ],
)
def test_a_newcomer_gives_way(slugs: list[str], others: list[str], expected: dict[str, str]) -> None:
    assert {kept.bundle.slug: slug for slug, kept in plan(found(*slugs), [], others).new} == expected


def test_one_that_is_there_keeps_its_slug() -> None:
    renamed = state("a", slug="a-starter", text="old")
    assert plan(found("a"), [renamed]).changed == [(renamed, found("a").bundles["a"])]


def test_one_that_can_not_be_read_stays() -> None:
    states = [state("a"), state("b"), state("c"), state("d", is_active=False)]
    by_slug_or_path = plan(found("a", skipped=["b", "the-c"]), states)
    assert by_slug_or_path.removed == []


@pytest.mark.parametrize(
    ("left", "is_poisoned"), [(["a", "b"], False), (["a"], True), (["a", "new", "newer", "newest"], True)]
)
def test_more_than_half_may_not_vanish(left: list[str], is_poisoned: bool) -> None:
    states = [*(state(slug) for slug in "abcd"), *(state(slug, is_active=False) for slug in "xyz")]
    if not is_poisoned:
        assert len(plan(found(*left), states).removed) == 2
        return
    with pytest.raises(CataloguePoisoned, match="lacks 3 of the 4"):
        plan(found(*left), states)
    assert len(plan_intake(found(*left), states, "abcd", force=True).removed) == 3


@pytest.mark.parametrize("states", [[], [state("a")]])
def test_nothing_at_all_is_never_meant(states: list[StoredState]) -> None:
    for nothing in (found(), found(skipped=["a"])):
        with pytest.raises(CataloguePoisoned, match="no template"):
            plan_intake(nothing, states, (), force=True)
