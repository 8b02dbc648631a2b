"""Uploading files, on the wire."""

import asyncio
import hashlib
from pathlib import Path

import pytest
from gql import Client, FileVar, gql
from gql.transport.aiohttp import AIOHTTPTransport

from tests.support.api import Api, Data, Member, Refused
from tests.support.examples import FOLDER
from tests.support.journeys import finished, ready_project, running_sandbox
from tests.support.node import needs_node, node_json
from tests.support.operations import RUN, UPLOAD

TREE = "query ($id: ID!) { project(id: $id) { revision files { path } } }"


def variables(project: str, *paths: str, **fields: object) -> Data:
    return {"input": {"projectId": project, "files": [{"path": path, "file": None} for path in paths], **fields}}


async def send(member: Member, project: str, files: dict[str, bytes], **fields: object) -> Data:
    by_place = {f"variables.input.files.{place}.file": data for place, data in enumerate(files.values())}
    payload: Data = (await member.upload(UPLOAD, variables(project, *files, **fields), by_place))["uploadFiles"]
    return payload


async def test_text_and_bytes_become_files_of_the_project(ada: Member) -> None:
    project = await ready_project(ada)
    data = bytes(range(256)) * 2000

    payload = await send(ada, project, {"public/logo.png": data, "notes/żółw.md": "🐢\n".encode()})

    assert payload["errors"] == []
    image, text = sorted(payload["files"], key=lambda file: bool(file["size"] == 5))
    assert (text["path"], text["isBinary"], text["version"]) == ("notes/żółw.md", False, 1)
    assert (image["path"], image["isBinary"], image["version"]) == ("public/logo.png", True, 1)
    assert image["sha256"] == hashlib.sha256(data).hexdigest()
    assert image["revision"] == text["revision"] == (await ada.execute(TREE, id=project))["project"]["revision"]


async def test_a_running_sandbox_has_them_when_the_answer_comes(ada: Member) -> None:
    project = await ready_project(ada)
    sandbox = await running_sandbox(ada, project)
    command = "until [ -e go ]; do sleep 0.02; done; cat data.txt"
    started = (await ada.execute(RUN, input={"sandboxId": sandbox, "command": command}))["runCommand"]

    assert (await send(ada, project, {"data.txt": b"dropped\n"}))["errors"] == []
    assert (await send(ada, project, {"go": b""}))["errors"] == []

    chunks, end = await finished(ada, started["execution"]["id"])
    assert (end["status"], "".join(chunk["text"] for chunk in chunks)) == ("COMPLETED", "dropped\n")


async def test_an_error_names_the_file_and_the_limit(ada: Member) -> None:
    project = await ready_project(ada)
    payload = await send(ada, project, {"ok.txt": b"", "big.bin": b"x" * (1024 * 1024 + 1)})

    (error,) = payload["errors"]
    assert (payload["files"], error["code"], error["field"]) == (
        None,
        "QUOTA_EXCEEDED",
        ["input", "files", "1", "file"],
    )
    assert error["details"] == {"resource": "fileBytes", "limit": 1048576, "used": 1048577, "path": "big.bin"}
    assert "ok.txt" not in [file["path"] for file in (await ada.execute(TREE, id=project))["project"]["files"]]


async def test_a_key_is_for_one_upload_of_one_user(ada: Member, eve: Member) -> None:
    mine, theirs = await ready_project(ada), await ready_project(eve)
    first = await asyncio.gather(*(send(ada, mine, {"a": b"1"}, idempotencyKey="key") for _ in range(4)))
    assert first[0]["errors"] == []
    assert all(payload == first[0] for payload in first)

    assert (await send(eve, theirs, {"a": b"2"}, idempotencyKey="key"))["errors"] == []
    (error,) = (await send(ada, mine, {"a": b"2"}, idempotencyKey="key"))["errors"]
    assert (error["code"], error["field"]) == ("IDEMPOTENCY_MISMATCH", ["input", "idempotencyKey"])


async def test_a_foreign_project_answers_as_a_missing_one(ada: Member, eve: Member) -> None:
    payload = await send(eve, await ready_project(ada), {"a": b""})
    assert [error["code"] for error in payload["errors"]] == ["NOT_FOUND"]


async def test_json_brings_no_files(ada: Member) -> None:
    with pytest.raises(Refused) as refused:
        await ada.execute(UPLOAD, **variables("x", "a"))
    assert refused.value.code == "BAD_REQUEST"


@needs_node
async def test_urql_uploads_by_itself(api: Api, ada: Member) -> None:
    env = {
        "AURA_URL": f"http://{api.host}",
        "AURA_BEARER": str(ada.bearer),
        "AURA_PROJECT": await ready_project(ada),
        "AURA_OPERATION": str(FOLDER / "files" / "upload-files.graphql"),
    }
    payload = await node_json("clients/urql-upload.mjs", env=env)

    facts = [(file["path"], file["size"], file["isBinary"], file["sha256"]) for file in payload["files"]]
    digests = [hashlib.sha256(data).hexdigest() for data in (bytes(range(256)), "🐢\n".encode())]
    assert payload["errors"] == []
    assert facts == [("dropped/bytes.bin", 256, True, digests[0]), ("dropped/żółw.txt", 5, False, digests[1])]


async def test_gql_uploads_by_itself(api: Api, ada: Member, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"text\n")
    project = await ready_project(ada)
    headers = {"authorization": f"Bearer {ada.bearer}", "graphql-preflight": "1"}
    transport = AIOHTTPTransport(f"http://{api.host}/graphql", headers=headers)
    request = gql(UPLOAD)
    files = [{"path": "a.txt", "file": FileVar(str(tmp_path / "a.txt"))}]
    request.variable_values = {"input": {"projectId": project, "files": files}}
    async with Client(transport=transport) as session:
        payload = (await session.execute(request, upload_files=True))["uploadFiles"]

    assert payload["errors"] == []
    assert [(file["path"], file["size"]) for file in payload["files"]] == [("a.txt", 5)]
