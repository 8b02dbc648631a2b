"""Looking previews up, on the wire."""

from pathlib import Path

from aura_gql.infra.mongo import Database
from tests.support.api import running_api
from tests.support.examples import example
from tests.support.journeys import ready_project, running_sandbox


async def test_lists_the_newest_first_and_never_an_address(
    mongodb_uri: str, tmp_path: Path, database: Database
) -> None:
    async with running_api(mongodb_uri, tmp_path, database) as api:
        ada = await api.sign_in("ada")
        sandbox = await running_sandbox(ada, await ready_project(ada))
        for port in (81, 82):
            await ada.execute(example("CreatePreviewUrl"), input={"sandboxId": sandbox, "port": port})
        query = "query ($id: ID!) { previewUrls(sandboxId: $id) { port url sandboxId createdAt expiresAt revokedAt } }"
        listed = (await ada.execute(query, id=sandbox))["previewUrls"]
        assert [(each["port"], each["url"], each["sandboxId"]) for each in listed] == [
            (82, None, sandbox),
            (81, None, sandbox),
        ]
