"""Links over the real API, from the wish to the bytes."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import pytest

from aura_gql.graph.links.inputs import upload_id
from aura_gql.graph.nodes import to_global_id
from aura_gql.kernel.errors import InvalidInput
from tests.support.api import Api, Member
from tests.support.examples import example
from tests.support.journeys import ready_project
from tests.support.operations import SAVE

DATA = bytes(range(256)) * 4096
UPLOAD = {"purpose": "ARCHIVE", "size": len(DATA), "sha256": sha256(DATA).hexdigest(), "contentType": "application/zip"}


async def upload(member: Member, **fields: object) -> Any:
    """The payload of a wish to upload."""
    return (await member.execute(example("CreateUploadUrl"), input=fields))["createUploadUrl"]


async def download(member: Member, **fields: object) -> Any:
    """The payload of a wish to download."""
    return (await member.execute(example("CreateDownloadUrl"), input=fields))["createDownloadUrl"]


def refusal(payload: Any) -> tuple[str, Sequence[str]]:
    """The code and the field of a payload's one error."""
    (error,) = payload["errors"]
    return error["code"], error["field"][1:]


async def test_a_file_is_fetched_by_its_link_alone(api: Api, ada: Member, eve: Member) -> None:
    project = await ready_project(ada)
    await ada.execute(SAVE, input={"projectId": project, "path": "src/naïve.js", "content": "alert(1)"})
    made = (await download(ada, projectId=project, path="src/naïve.js"))["downloadUrl"]
    assert made["url"].startswith(f"http://{api.host}/blobs/")
    assert (made["size"], made["filename"], made["contentType"]) == (8, "naïve.js", "text/plain; charset=utf-8")
    answer = await api.http.get(made["url"])
    assert (answer.status_code, answer.text, sha256(answer.content).hexdigest()) == (200, "alert(1)", made["sha256"])
    assert answer.headers["content-type"] == made["contentType"]
    assert answer.headers["content-disposition"].endswith("filename*=UTF-8''na%C3%AFve.js")
    assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert answer.headers["cross-origin-resource-policy"] == "same-site"
    file = {"projectId": project, "path": "src/naïve.js"}
    for wish, wanted in (
        ({**file, "filename": "a\r\nb"}, ("INVALID_INPUT", ["filename"])),
        ({**file, "filename": "../b"}, ("INVALID_INPUT", ["filename"])),
        ({**file, "expiresInS": 3_601}, ("INVALID_INPUT", ["expiresInS"])),
        ({**file, "version": 7}, ("NOT_FOUND", ["version"])),
        ({**file, "path": "nothing"}, ("NOT_FOUND", ["path"])),
        ({"projectId": project}, ("INVALID_INPUT", ["path"])),
        ({"path": "x"}, ("INVALID_INPUT", ["projectId"])),
    ):
        assert refusal(await download(ada, **wish)) == wanted
    assert refusal(await download(eve, **file)) == ("NOT_FOUND", ["projectId"])
    assert refusal(await upload(eve, projectId=project, **UPLOAD)) == ("NOT_FOUND", ["projectId"])


async def test_bytes_are_brought_by_their_ticket_alone(api: Api, ada: Member) -> None:
    project = await ready_project(ada)
    made = (await upload(ada, projectId=project, **UPLOAD))["uploadUrl"]
    assert made["url"].startswith(f"http://{api.host}/uploads/")
    headers = {header["name"]: header["value"] for header in made["headers"]}
    answer = await api.http.request(made["method"], made["url"], content=DATA, headers=headers)
    assert (answer.status_code, answer.content) == (204, b"")
    assert upload_id(made["id"]).generation_time
    quota = (await ada.execute("{ viewer { quota { reservedBytes } } }"))["viewer"]["quota"]
    assert quota["reservedBytes"] == len(DATA)
    for change, wanted in (
        ({"size": 2**40}, ("QUOTA_EXCEEDED", ["size"])),
        ({"size": 0}, ("INVALID_INPUT", ["size"])),
        ({"sha256": "x"}, ("INVALID_INPUT", ["sha256"])),
        ({"contentType": "a"}, ("INVALID_INPUT", ["contentType"])),
        ({"purpose": "FILE", "size": 2**30}, ("QUOTA_EXCEEDED", ["size"])),
    ):
        assert refusal(await upload(ada, projectId=project, **{**UPLOAD, **change})) == wanted


def test_an_upload_has_an_id_of_its_own() -> None:
    id = str(upload_id(to_global_id("UploadUrl", "0" * 24)))
    assert id == "0" * 24
    with pytest.raises(InvalidInput) as refused:
        upload_id(to_global_id("Project", "0" * 24), ("operations", "0", "uploadId"))
    assert refused.value.field == ("operations", "0", "uploadId")
