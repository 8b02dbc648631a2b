import pytest

from aura_gql.projects.configuration.kind import StarterKind
from aura_gql.projects.configuration.reasons import REASONS, reason_against


@pytest.mark.parametrize("option", REASONS)
def test_a_reason_says_what_the_template_is(option: str) -> None:
    for kind, words in REASONS[option].items():
        assert reason_against(option, kind) == f"the template is {kind}: {words}"
        assert not words.endswith(".")
    assert reason_against(option, StarterKind.VITE) is None
