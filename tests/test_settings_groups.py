"""The settings' own words: each is described, so that `.env.example` can tell it."""

import pytest

from aura_gql.settings_groups import Group
from tests.support import env_example


@pytest.mark.parametrize("group", list(env_example.groups()), ids=lambda group: group.__name__)
def test_every_setting_is_described_in_a_sentence(group: type[Group]) -> None:
    for name, field in group.model_fields.items():
        assert field.description, name
        assert field.description.endswith("."), name
