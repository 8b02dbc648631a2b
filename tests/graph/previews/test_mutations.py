"""Making and revoking previews, on the wire."""

from pathlib import Path

import httpx

from aura_gql.infra.mongo import Database
from tests.support.api import Member, running_api
from tests.support.examples import example
from tests.support.journeys import ready_project, running_sandbox
from tests.support.waiting import until

CREATE, REVOKE, LIST = example("CreatePreviewUrl"), example("RevokePreviewUrl"), example("PreviewUrls")
RUN, PORTS = example("RunCommand"), example("SandboxPorts")
SERVE = "exec python3 -m http.server --bind 127.0.0.1 8000"


async def listening(ada: Member, sandbox: str) -> list[int]:
    found = (await ada.execute(PORTS, sandboxId=sandbox))["sandbox"]["ports"]
    return [port["port"] for port in found]


async def test_a_preview_from_its_making_to_its_end(mongodb_uri: str, tmp_path: Path, database: Database) -> None:
    async with running_api(mongodb_uri, tmp_path, database) as api:
        ada, eve = await api.sign_in("ada"), await api.sign_in("eve")
        sandbox = await running_sandbox(ada, await ready_project(ada))
        await ada.execute(RUN, input={"sandboxId": sandbox, "command": SERVE})
        assert await until(lambda: listening(ada, sandbox)) == [8000]

        made = (await ada.execute(CREATE, input={"sandboxId": sandbox, "port": 8000}))["createPreviewUrl"]
        assert made["errors"] == []
        preview = made["previewUrl"]
        url = httpx.URL(preview["url"])
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{url.port}", timeout=60) as browser:
            page = await browser.get("/", headers={"host": url.netloc.decode()})
            assert "Directory listing" in page.text
            assert (await browser.get("/graphql")).status_code == 404
            node = "query ($id: ID!) { node(id: $id) { __typename } }"
            assert (await ada.execute(node, id=preview["id"]))["node"] == {"__typename": "PreviewUrl"}
            assert (await eve.execute(node, id=preview["id"]))["node"] is None
            assert (await eve.execute(LIST, sandboxId=sandbox))["previewUrls"] == []

            refused = (await eve.execute(REVOKE, input={"previewUrlId": preview["id"]}))["revokePreviewUrl"]
            assert [(error["code"], error["field"]) for error in refused["errors"]] == [
                ("NOT_FOUND", ["input", "previewUrlId"])
            ]
            revoked = (await ada.execute(REVOKE, input={"previewUrlId": preview["id"]}))["revokePreviewUrl"]
            assert revoked["previewUrl"]["revokedAt"] is not None
            assert (await browser.get("/", headers={"host": url.netloc.decode()})).status_code == 404
        listed = (await ada.execute(LIST, sandboxId=sandbox))["previewUrls"]
        assert [(each["id"], each["revokedAt"] is None) for each in listed] == [(preview["id"], False)]


async def test_says_what_is_wrong_with_a_wish(mongodb_uri: str, tmp_path: Path, database: Database) -> None:
    async with running_api(mongodb_uri, tmp_path, database) as api:
        ada = await api.sign_in("ada")
        sandbox = await running_sandbox(ada, await ready_project(ada))
        for wish, code, field in (
            ({"port": 0}, "INVALID_INPUT", "port"),
            ({"port": 80, "expiresInS": 59}, "INVALID_INPUT", "expiresInS"),
            ({"port": 80, "idempotencyKey": ""}, "INVALID_INPUT", "idempotencyKey"),
        ):
            payload = (await ada.execute(CREATE, input={"sandboxId": sandbox, **wish}))["createPreviewUrl"]
            assert [(error["code"], error["field"]) for error in payload["errors"]] == [(code, ["input", field])]
