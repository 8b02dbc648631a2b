"""Saving files, on the wire."""

import base64

import pytest

from tests.support.api import Data, Member
from tests.support.journeys import ready_project

SAVE = """mutation ($input: SaveFileInput!) { saveFile(input: $input) {
    file { path name version content base64 size language sha256 executable isBinary }
    errors { code message field details }
} }"""


async def save(member: Member, project: str, **fields: object) -> Data:
    payload: Data = (await member.execute(SAVE, input={"projectId": project, **fields}))["saveFile"]
    return payload


async def test_a_file_is_made_and_saved_again(ada: Member) -> None:
    project = await ready_project(ada)

    made = (await save(ada, project, path="src/new.py", content="print(1)\n"))["file"]
    saved = (await save(ada, project, path="src/new.py", content="print(2)\n", expectedVersion=made["version"]))["file"]

    assert (made["version"], made["language"], made["name"]) == (1, "python", "new.py")
    assert (saved["version"], saved["content"], saved["size"]) == (2, "print(2)\n", 9)


async def test_bytes_travel_as_base64(ada: Member) -> None:
    project = await ready_project(ada)
    encoded = base64.b64encode(b"\x00\xff\x00").decode()

    file = (await save(ada, project, path="blob.bin", base64=encoded, executable=True))["file"]

    assert (file["content"], file["base64"], file["isBinary"], file["executable"]) == (None, encoded, True, True)


async def test_a_stale_save_is_a_conflict_that_tells_the_present_version(ada: Member) -> None:
    project = await ready_project(ada)
    file = (await save(ada, project, path="a.txt", content="one"))["file"]

    payload = await save(ada, project, path="a.txt", content="two", expectedVersion=7)

    assert payload["file"] is None
    assert payload["errors"][0]["code"] == "CONFLICT"
    assert payload["errors"][0]["details"] == {
        "path": "a.txt",
        "currentVersion": 1,
        "currentSha256": file["sha256"],
    }


@pytest.mark.parametrize("path", ["../a", "/etc/passwd", "a/../b", "a\x00b", "x" * 5000, "", "a//b", ".git/config"])
async def test_a_bad_path_is_refused_by_name(ada: Member, path: str) -> None:
    project = await ready_project(ada)

    payload = await save(ada, project, path=path, content="")

    assert [(error["code"], error["field"]) for error in payload["errors"]] == [("INVALID_INPUT", ["input", "path"])]


@pytest.mark.parametrize("content", [{}, {"content": "a", "base64": "YQ=="}, {"base64": "not base64!"}])
async def test_exactly_one_well_formed_content_is_needed(ada: Member, content: dict[str, str]) -> None:
    project = await ready_project(ada)

    payload = await save(ada, project, path="a.txt", **content)

    assert [error["code"] for error in payload["errors"]] == ["INVALID_INPUT"]


async def test_a_foreign_project_answers_as_a_missing_one(ada: Member, eve: Member) -> None:
    project = await ready_project(ada)

    payload = await save(eve, project, path="a.txt", content="")

    assert [error["code"] for error in payload["errors"]] == ["NOT_FOUND"]
