import pytest

from aura_gql.projects.configuration.kind import StarterKind
from aura_gql.projects.configuration.options import OPTIONS, OptionOutcome, options_of, refuse_all
from aura_gql.projects.configuration.reasons import REASONS, reason_against
from tests.projects.configuration.starters import starter
from tests.support.options_page import PAGE, page
from tests.support.starter_kinds import PROJECTS


@pytest.mark.parametrize("kind", StarterKind, ids=lambda kind: kind.name)
def test_every_option_has_an_outcome(kind: StarterKind) -> None:
    outcomes = options_of(PROJECTS[kind])
    assert [outcome.name for outcome in outcomes] == list(OPTIONS)
    for outcome in outcomes:
        assert outcome.is_applicable == (outcome.reason is None)
        assert not (outcome.is_satisfied and outcome.reason)


def test_it_says_what_createproject_would() -> None:
    outcomes = {outcome.name: outcome for outcome in options_of(starter("typescript-node"))}
    assert outcomes["typescript"] == OptionOutcome("typescript", is_satisfied=True, reason=None)
    assert outcomes["eslint"] == OptionOutcome("eslint", is_satisfied=False, reason=None)
    assert outcomes["tailwindcss"].reason == reason_against("tailwindcss", StarterKind.NODE)
    assert [outcome.is_applicable for outcome in outcomes.values()] == [True, True, True, False, True, True]


def test_a_reason_of_the_table_is_given_for_each_kind() -> None:
    for option, kinds in REASONS.items():
        for kind in kinds:
            outcome = next(one for one in options_of(PROJECTS[kind]) if one.name == option)
            assert outcome.reason in (None, reason_against(option, kind)), kind


def test_a_manager_that_can_not_be_chosen_leaves_the_others() -> None:
    outcomes = options_of({"package.json": b"{}", "pnpm-workspace.yaml": b""})
    assert next(one for one in outcomes if one.name == "packageManager").is_applicable


def test_all_can_be_refused_at_once() -> None:
    assert {outcome.reason for outcome in refuse_all("the sky is green")} == {"the sky is green"}
    assert not any(outcome.is_applicable for outcome in refuse_all("the sky is green"))


def test_the_page_says_what_is() -> None:
    assert PAGE.read_text() == page()
