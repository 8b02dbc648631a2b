"""The whole server with its blobs in a bucket: what clients see, and what the bucket holds for it."""

import os
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr

from aura_gql.infra.mongo import Database
from tests.storage.s3_stores import RawBucket
from tests.support.api import Member, running_api
from tests.support.examples import example
from tests.support.journeys import ready_project
from tests.support.operations import SAVE
from tests.support.r2_persona import r2_in_front_of
from tests.support.seaweed import Seaweed, needs_seaweed
from tests.support.waiting import until


async def ask(member: Member, name: str, **fields: Any) -> Any:
    (payload,) = (await member.execute(example(name), input=fields)).values()
    assert payload["errors"] == []
    return payload


def storage(seaweed: Seaweed, endpoint_url: str) -> dict[str, object]:
    bucket = seaweed.bucket()
    return {
        "r2_endpoint_url": endpoint_url,
        "r2_bucket": bucket.name,
        "r2_access_key_id": SecretStr(bucket.access_key),
        "r2_secret_access_key": SecretStr(bucket.secret_key),
        "r2_region": bucket.region,
        "r2_key_prefix": "journey/{environment}",
        "r2_ca_file": seaweed.ca_file,
    }


@needs_seaweed
async def test_a_project_lives_in_a_bucket_of_r2(
    seaweed: Seaweed, mongodb_uri: str, database: Database, tmp_path: Path
) -> None:
    raw = RawBucket(seaweed.bucket())
    async with (
        r2_in_front_of(seaweed.http_url, seaweed.tls()) as r2,
        running_api(mongodb_uri, tmp_path, database, storage=storage(seaweed, r2.url)) as api,
        httpx.AsyncClient(verify=seaweed.trust(), timeout=60) as browser,
    ):
        ada = await api.sign_in("ada")
        project = await ready_project(ada)
        await ada.execute(SAVE, input={"projectId": project, "path": "a.txt", "content": "hello"})

        link = (await ask(ada, "CreateDownloadUrl", projectId=project, path="a.txt"))["downloadUrl"]
        assert link["url"].startswith(f"{r2.url}/blobs/journey/development/projects/")
        fetched = await browser.get(link["url"])
        assert (fetched.text, fetched.headers["content-type"]) == ("hello", "text/plain; charset=utf-8")
        assert fetched.headers["content-disposition"].startswith('attachment; filename="a.txt"')

        archive = (await ask(ada, "ArchiveProject", projectId=project, format="ZIP"))["archive"]
        async for event in ada.subscribe(example("ProjectArchiveChanged"), archiveId=archive["id"]):
            last = event["projectArchiveChanged"]
        assert last["status"] == "COMPLETED", last
        link = (await ask(ada, "CreateDownloadUrl", archiveId=archive["id"]))["downloadUrl"]
        packed = (await browser.get(link["url"])).content
        assert sha256(packed).hexdigest() == link["sha256"]

        wish = {"purpose": "ARCHIVE", "size": len(packed), "sha256": link["sha256"], "contentType": "application/zip"}
        request = (await ask(ada, "CreateUploadUrl", projectId=project, **wish))["uploadUrl"]
        headers = {header["name"]: header["value"] for header in request["headers"]}
        refused = await browser.put(request["url"], content=packed[:-1] + os.urandom(1), headers=headers)
        assert refused.status_code >= 400
        assert (await browser.put(request["url"], content=packed, headers=headers)).status_code == 200
        brought = await ask(ada, "UploadProjectArchive", projectId=project, uploadId=request["id"])
        assert brought["archive"]["origin"] == "UPLOADED"

        await ask(ada, "DeleteProject", projectId=project)

        async def is_gone() -> bool:
            ours = {key for key in await raw.keys() if key.startswith("journey/")}
            return all(key.startswith("journey/development/templates/") for key in ours)

        await until(is_gone)
    await raw.empty()
    await raw.close()
