"""Uploads that are too large or stop in the middle: told so, and nothing stays behind."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from aura_gql.infra.mongo import Database
from tests.support.api import Api, Data, running_api
from tests.support.journeys import ready_project
from tests.support.operations import UPLOAD
from tests.support.uploads import HEADERS, upload, watch_spools
from tests.support.waiting import until


def form_of(project: str, files: dict[str, bytes], **fields: object) -> bytes:
    wish: Data = {"projectId": project, "files": [{"path": path, "file": None} for path in files], **fields}
    places = {f"variables.input.files.{place}.file": data for place, data in enumerate(files.values())}
    return upload(UPLOAD, {"input": wish}, places)


@pytest.fixture
async def small(mongodb_uri: str, database: Database, tmp_path: Path) -> AsyncIterator[Api]:
    """A server of its own, which takes 200 kB in a form and 100 kB otherwise."""
    graph: dict[str, object] = {"max_upload_bytes": 200_000, "max_body_bytes": 100_000, "max_upload_files": 2}
    async with running_api(mongodb_uri, tmp_path, database, graph=graph) as api:
        yield api


async def test_an_upload_that_is_too_large_is_told_so(small: Api) -> None:
    ada = await small.sign_in("ada")
    project = await ready_project(ada)
    headers = {**HEADERS, "authorization": f"Bearer {ada.bearer}"}
    most = await small.http.post("/graphql", content=form_of(project, {"most": b"x" * 190_000}), headers=headers)
    assert most.json()["data"]["uploadFiles"]["errors"] == []

    for files in ({"more": b"x" * 200_001}, {"1": b"", "2": b"", "3": b""}):
        response = await small.http.post("/graphql", content=form_of(project, files), headers=headers)
        assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (413, "BAD_REQUEST")


async def test_a_client_that_vanishes_leaves_nothing(
    small: Api, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await small.sign_in("ada")
    project = await ready_project(ada)
    spools = watch_spools(monkeypatch)

    async def kept() -> dict[str, int]:
        names = ("project_files", "file_versions", "file_batches", "idempotency_keys")
        counts = {name: await database[name].count_documents({}) for name in names}
        return {**counts, "blobs": sum(path.is_file() for path in (tmp_path / "blobs").rglob("*"))}

    before = await kept()
    body = form_of(project, {"late.txt": b"x" * 150_000}, idempotencyKey="key")
    host, port = small.host.split(":")
    lines = {**HEADERS, "host": small.host, "authorization": f"Bearer {ada.bearer}", "content-length": str(len(body))}
    head = "POST /graphql HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items()) + "\r\n"
    for number, cut in enumerate((10, len(body) // 3, len(body) - 1), 1):
        _, writer = await asyncio.open_connection(host, int(port))
        writer.write(head.encode() + body[:cut])
        await writer.drain()
        await until(lambda: len(spools) == number)  # noqa: B023
        writer.transport.abort()
    await until(lambda: all(spool.closed for spool in spools))
    assert await kept() == before

    headers = {**HEADERS, "authorization": f"Bearer {ada.bearer}"}
    response = await small.http.post("/graphql", content=body, headers=headers)
    assert response.json()["data"]["uploadFiles"]["errors"] == []
    await until(lambda: all(spool.closed for spool in spools))
