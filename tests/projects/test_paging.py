from dataclasses import replace
from datetime import UTC, datetime

import pytest

from aura_gql.kernel.errors import InvalidInput
from aura_gql.kernel.page import encode_cursor
from aura_gql.projects.paging import cursor_of, position_behind
from tests.projects.world import World


async def test_a_cursor_leads_back_to_its_place(world: World) -> None:
    at = datetime(2026, 2, 3, 4, 5, 6, 789_000, tzinfo=UTC)
    project = replace(await world.create(), created_at=at)
    assert position_behind(cursor_of(project)) == (at, project.id)


@pytest.mark.parametrize(
    "cursor", ["", "x", encode_cursor(1), encode_cursor(1, "no id"), encode_cursor(10**30, "0" * 24)]
)
def test_anything_else_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        position_behind(cursor)
    assert caught.value.field == ("after",)
