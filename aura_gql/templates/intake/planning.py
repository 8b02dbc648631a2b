"""What has to be written so that the catalogue is as a source has it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from aura_gql.templates.errors import CataloguePoisoned
from aura_gql.templates.intake.records import IntakeOutcome, KeptBundle, StoredState
from aura_gql.templates.records import SkippedTemplate
from aura_gql.templates.stored import LISTING_VERSION

_NEWCOMER = "starter"


@dataclass(frozen=True, slots=True)
class Found:
    """What a source has: by slug what could be read, and what could not."""

    bundles: Mapping[str, KeptBundle]
    skipped: Sequence[SkippedTemplate]


@dataclass(frozen=True, slots=True)
class IntakePlan:
    """What is to be written: new templates with their slugs, new revisions of those that are there, new commits of
    those that are as they were, and those that leave the lists.
    """

    new: Sequence[tuple[str, KeptBundle]]
    changed: Sequence[tuple[StoredState, KeptBundle]]
    moved: Sequence[tuple[StoredState, KeptBundle]]
    removed: Sequence[StoredState]
    outcome: IntakeOutcome


def plan_intake(found: Found, states: Sequence[StoredState], taken: Collection[str], *, force: bool) -> IntakePlan:
    """The plan for a source whose templates stand at `states`, where all templates have the slugs `taken`.

    A template keeps the slug that it has. A new one whose slug is taken is called `<slug>-starter`, or that with a
    number. CataloguePoisoned where no template was found; and, but by `force`, where more than half would vanish.
    """
    known = {state.source_slug: state for state in states}
    removed = _removed(found, states)
    _check(found, states, removed, force=force)
    there = [(known[slug], kept) for slug, kept in found.bundles.items() if slug in known]
    changed = [(state, kept) for state, kept in there if not _is_same(state, kept)]
    same = [(state, kept) for state, kept in there if _is_same(state, kept)]
    new = _named([kept for slug, kept in found.bundles.items() if slug not in known], taken)
    outcome = IntakeOutcome(
        added=sorted(slug for slug, _ in new),
        changed=sorted(state.slug for state, _ in changed),
        unchanged=sorted(state.slug for state, _ in same),
        removed=sorted(state.slug for state in removed),
        skipped=found.skipped,
    )
    moved = [(state, kept) for state, kept in same if state.commit != kept.bundle.commit]
    return IntakePlan(new, changed, moved, removed, outcome)


def _removed(found: Found, states: Sequence[StoredState]) -> list[StoredState]:
    """The active templates that the source has no more; one that it only can't read is still there."""
    unread = {skipped.path for skipped in found.skipped}
    return [
        state
        for state in states
        if state.is_active
        and state.source_slug not in found.bundles
        and unread.isdisjoint((state.source_slug, state.stackblitz_path))
    ]


def _check(found: Found, states: Sequence[StoredState], removed: Sequence[StoredState], *, force: bool) -> None:
    if not found.bundles:
        raise CataloguePoisoned("The source has no template that could be read, so the templates stay as they are.")
    active = sum(state.is_active for state in states)
    if len(removed) * 2 > active and not force:
        raise CataloguePoisoned(
            f"The source lacks {len(removed)} of the {active} templates that it had, so they stay as they are;"
            " ask for it by force if that is meant.",
            details={"removed": len(removed), "active": active},
        )


def _is_same(state: StoredState, kept: KeptBundle) -> bool:
    is_found = state.is_active and state.listing_version == LISTING_VERSION
    return is_found and state.revision == kept.bundle.revision


def _named(new: Sequence[KeptBundle], taken: Collection[str]) -> list[tuple[str, KeptBundle]]:
    """The new ones with their slugs: first those that can have their own, so that no other gets it."""
    own = [(kept.bundle.slug, kept) for kept in new if kept.bundle.slug not in taken]
    used = {*taken, *(slug for slug, _ in own)}
    others = []
    for kept in new:
        if kept.bundle.slug in taken:
            slug = next(slug for slug in _alternatives(kept.bundle.slug) if slug not in used)
            used.add(slug)
            others.append((slug, kept))
    return own + others


def _alternatives(slug: str) -> Iterator[str]:
    yield f"{slug}-{_NEWCOMER}"
    for number in count(2):
        yield f"{slug}-{_NEWCOMER}-{number}"
