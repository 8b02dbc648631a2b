"""What a sandbox has used, on the wire."""

from pathlib import Path

from aura_gql.graph.sandboxes.usage import SandboxUsage
from aura_gql.infra.mongo import Database
from aura_gql.sandboxes.usage.records import SandboxUsage as UsageRecord
from aura_gql.settings_types import SizePrice
from tests.support.api import running_api
from tests.support.journeys import ready_project, running_sandbox
from tests.support.waiting import until

USAGE = "query ($id: ID!) { sandbox(id: $id) { usage { seconds costCents } } }"
STOP = "mutation ($id: ID!) { stopSandbox(input: { sandboxId: $id }) { sandbox { status } } }"


def test_money_is_cents_at_the_edge() -> None:
    shown = SandboxUsage.from_record(UsageRecord(seconds=60, cost_microcents=166_680))

    assert (shown.seconds, shown.cost_cents) == (60, 0.16668)


async def test_a_sandbox_tells_what_it_cost(mongodb_uri: str, database: Database, tmp_path: Path) -> None:
    prices = (SizePrice("small", 500_000),)
    async with running_api(mongodb_uri, tmp_path, database, providers={"local_price_microcents_per_s": prices}) as api:
        ada = await api.sign_in("ada")
        sandbox = await running_sandbox(ada, await ready_project(ada))
        await ada.execute(STOP, id=sandbox)

        async def usage() -> dict[str, float]:
            found: dict[str, float] = (await ada.execute(USAGE, id=sandbox))["sandbox"]["usage"]
            return found

        async def is_counted() -> bool:
            return (await usage())["seconds"] > 0

        await until(is_counted)
        counted = await usage()

    assert counted["costCents"] == counted["seconds"] * 0.5
