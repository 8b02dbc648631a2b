"""How many requests are left, as GitHub tells it."""

from datetime import UTC, datetime

from aura_gql.templates.sources.github import Allowance
from tests.support.github.clients import TOKEN, repository_at
from tests.support.github.server import LoopbackGitHub


async def test_it_costs_nothing(github: LoopbackGitHub) -> None:
    repository = repository_at(github.url, token=TOKEN)
    await repository.resolve()
    resets_at = datetime.fromtimestamp(github.state.reset_at, UTC)
    for _ in range(2):
        assert await repository.allowance() == Allowance(5000, 4999, resets_at)
