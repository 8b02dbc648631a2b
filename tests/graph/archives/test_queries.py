"""What a project stores, and whose archives are shown to whom."""

from tests.graph.archives.test_mutations import bring, made
from tests.support.api import Member
from tests.support.examples import example
from tests.support.hostile_archives import zip_of
from tests.support.journeys import ready_project

NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on ProjectArchive { origin status } } }"


async def test_storage_and_nodes_tell_of_archives(ada: Member, eve: Member) -> None:
    project = await ready_project(ada)
    storage = (await ada.execute(example("ProjectStorage"), projectId=project))["project"]["storage"]
    assert (storage["provider"], storage["status"], storage["archives"]) == ("LOCAL", None, [])
    assert storage["quota"]["bytesUsed"] == storage["totalBytes"] > 0
    archive = await made(ada, project)
    brought = (await bring(ada, zip_of(("a", b"x")), projectId=project))["archive"]
    storage = (await ada.execute(example("ProjectStorage"), projectId=project))["project"]["storage"]
    assert [each["id"] for each in storage["archives"]] == [brought["id"], archive["id"]]
    assert storage["archivedBytes"] == archive["size"] + brought["size"]
    assert (storage["status"], storage["quota"]["filesUsed"]) == ("COMPLETED", storage["fileCount"])
    ids = [archive["id"], brought["id"]]
    found = (await ada.execute(NODES, ids=ids))["nodes"]
    assert [node["origin"] for node in found] == ["CREATED", "UPLOADED"]
    assert (await eve.execute(NODES, ids=ids))["nodes"] == [None, None]
