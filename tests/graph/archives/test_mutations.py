"""Archives over the real API: made, fetched, brought by request and by ticket, restored, refused and removed."""

from hashlib import sha256
from typing import Any

from aura_gql.graph.nodes import to_global_id
from tests.support import hostile_archives
from tests.support.api import Api, Data, Member
from tests.support.examples import example
from tests.support.hostile_archives import zip_of
from tests.support.journeys import ready_project
from tests.support.operations import SAVE

FILES = "query ($id: ID!) { project(id: $id) { revision files { path content executable } } }"


async def ask(member: Member, name: str, **fields: Any) -> Any:
    """The payload of an example."""
    (payload,) = (await member.execute(example(name), input=fields)).values()
    return payload


async def bring(member: Member, data: bytes, **fields: Any) -> Any:
    """The payload of an archive that comes with its request."""
    text, places = example("UploadProjectArchive"), {"variables.input.file": data}
    return (await member.upload(text, {"input": {**fields, "file": None}}, places))["uploadProjectArchive"]


async def made(member: Member, project: str, **fields: Any) -> Data:
    """An archive that was asked for, COMPLETED."""
    archive = (await ask(member, "ArchiveProject", projectId=project, **fields))["archive"]
    async for event in member.subscribe(example("ProjectArchiveChanged"), archiveId=archive["id"]):
        last = event["projectArchiveChanged"]
    assert last["status"] == "COMPLETED", last
    return {**archive, **last}


async def test_a_project_travels_through_an_archive(api: Api, ada: Member, eve: Member) -> None:
    project = await ready_project(ada)
    before = (await ada.execute(FILES, id=project))["project"]
    archive = await made(ada, project, format="TAR_ZST", idempotencyKey="once")
    again = (await ask(ada, "ArchiveProject", projectId=project, format="TAR_ZST", idempotencyKey="once"))["archive"]
    assert (again["id"], again["status"]) == (archive["id"], "COMPLETED")
    assert (archive["revision"], archive["fileCount"]) == (before["revision"], len(before["files"]))

    link = (await ask(ada, "CreateDownloadUrl", archiveId=archive["id"]))["downloadUrl"]
    assert link["filename"].endswith(f"-r{archive['revision']}.tar.zst")
    data = (await api.http.get(link["url"])).content
    assert (len(data), sha256(data).hexdigest()) == (archive["size"], archive["sha256"])

    await ada.execute(SAVE, input={"projectId": project, "path": "more.txt", "content": "more"})
    wish = {"projectId": project, "archiveId": archive["id"], "expectedRevision": before["revision"] + 1}
    restored = await ask(ada, "RestoreProjectArchive", **wish)
    assert restored["changedPaths"] == ["more.txt"]
    assert restored["project"] == {"id": project, "revision": before["revision"] + 2}
    assert (await ada.execute(FILES, id=project))["project"]["files"] == before["files"]

    theirs = await ready_project(eve)
    brought = await bring(eve, data, projectId=theirs, restore={"expectedRevision": 1, "mode": "MERGE"})
    assert (brought["archive"]["format"], brought["archive"]["origin"]) == ("TAR_ZST", "UPLOADED")
    assert brought["project"] == {"id": theirs}
    deleted = await ask(ada, "DeleteProjectArchive", archiveId=archive["id"])
    assert deleted["deletedArchiveId"] == archive["id"]
    assert (await api.http.get(link["url"])).content == data, "What was linked is the sweeper's."


async def test_a_large_archive_comes_by_ticket(api: Api, ada: Member) -> None:
    project, data = await ready_project(ada), zip_of(("top/a.txt", b"by ticket"), ("top/run", b"x"), mode=0o100755)
    announced = {"purpose": "ARCHIVE", "size": len(data), "sha256": sha256(data).hexdigest()}
    ticket = (await ask(ada, "CreateUploadUrl", projectId=project, **announced))["uploadUrl"]
    restore = {"expectedRevision": 1, "mode": "REPLACE"}
    wish = {"projectId": project, "uploadId": ticket["id"], "restore": restore, "idempotencyKey": "once"}
    (early,) = (await ask(ada, "UploadProjectArchive", **wish))["errors"]
    assert (early["code"], early["field"]) == ("INVALID_STATE", ["input", "uploadId"])
    headers = {header["name"]: header["value"] for header in ticket["headers"]}
    assert (await api.http.put(ticket["url"], content=data, headers=headers)).is_success
    first = await ask(ada, "UploadProjectArchive", **wish)
    assert (first["errors"], first["archive"]["size"], first["revision"]) == ([], len(data), 2)
    assert await ask(ada, "UploadProjectArchive", **wish) == first
    files = (await ada.execute(FILES, id=project))["project"]["files"]
    assert [(file["path"], file["content"], file["executable"]) for file in files] == [
        ("a.txt", "by ticket", True),
        ("run", "x", True),
    ]
    quota = (await ada.execute("{ viewer { quota { bytesUsed reservedBytes } } }"))["viewer"]["quota"]
    assert quota["reservedBytes"] == 0
    (used,) = (await ask(ada, "UploadProjectArchive", projectId=project, uploadId=ticket["id"]))["errors"]
    assert used["code"] == "NOT_FOUND"


async def test_what_is_wrong_is_told(ada: Member, eve: Member) -> None:
    project, theirs = await ready_project(ada), await ready_project(eve)
    archive = (await bring(ada, zip_of(("a", b"")), projectId=project))["archive"]["id"]
    absent = str(to_global_id("ProjectArchive", "0" * 24))
    restore = {"projectId": project, "archiveId": archive, "expectedRevision": 7}
    (refused,) = (await bring(ada, hostile_archives.ZIPS["zip slip"].make(), projectId=project))["errors"]
    assert (refused["code"], refused["field"]) == ("INVALID_INPUT", ["input", "file"])
    assert refused["details"] == {"rule": "LEADS_OUT", "entry": "../../etc/cron.d/x"}
    (stale,) = (await ask(ada, "RestoreProjectArchive", **restore))["errors"]
    assert (stale["code"], stale["field"]) == ("CONFLICT", ["input", "expectedRevision"])
    assert stale["details"] == {"currentRevision": 1}
    (stale,) = (await bring(ada, zip_of(("a", b"")), projectId=project, restore={"expectedRevision": 7}))["errors"]
    assert (stale["code"], stale["field"]) == ("CONFLICT", ["input", "restore", "expectedRevision"])
    for member, name, wish, told in (
        (ada, "RestoreProjectArchive", {**restore, "archiveId": absent}, ("NOT_FOUND", "archiveId")),
        (eve, "RestoreProjectArchive", {**restore, "projectId": theirs}, ("NOT_FOUND", "archiveId")),
        (eve, "DeleteProjectArchive", {"archiveId": archive}, ("NOT_FOUND", "archiveId")),
        (eve, "CreateDownloadUrl", {"archiveId": archive}, ("NOT_FOUND", "archiveId")),
        (ada, "CreateDownloadUrl", {"archiveId": archive, "path": "a"}, ("INVALID_INPUT", "archiveId")),
        (ada, "UploadProjectArchive", {"projectId": project}, ("INVALID_INPUT", "file")),
    ):
        (error,) = (await ask(member, name, **wish))["errors"]
        assert (error["code"], error["field"][1:]) == (told[0], [told[1]])
