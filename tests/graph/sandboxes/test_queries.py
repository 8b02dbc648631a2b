"""Looking sandboxes up, on the wire."""

from tests.support.api import Member
from tests.support.journeys import ready_project, running_sandbox


async def test_sandboxes_are_listed_and_found(ada: Member, eve: Member) -> None:
    project = await ready_project(ada)
    sandbox = await running_sandbox(ada, project)
    query = """query ($id: ID!, $project: ID!) {
        sandbox(id: $id) { id status startedAt expiresAt }
        node(id: $id) { __typename }
        sandboxes(filter: { projectId: $project, statuses: [RUNNING] }) { totalCount nodes { id } }
        project(id: $project) { sandbox { id } }
    }"""

    found = await ada.execute(query, id=sandbox, project=project)
    foreign = await eve.execute(query, id=sandbox, project=project)

    assert found["sandbox"]["status"] == "RUNNING"
    assert found["sandbox"]["startedAt"] < found["sandbox"]["expiresAt"]
    assert found["node"] == {"__typename": "Sandbox"}
    assert found["sandboxes"] == {"totalCount": 1, "nodes": [{"id": sandbox}]}
    assert found["project"] == {"sandbox": {"id": sandbox}}
    assert foreign == {"sandbox": None, "node": None, "sandboxes": {"totalCount": 0, "nodes": []}, "project": None}


async def test_every_provider_is_told(ada: Member) -> None:
    query = """{ sandboxProviders {
        name available detail circuit { state } capabilities { stdin signals network extend persistent emulated }
    } }"""

    providers = {item["name"]: item for item in (await ada.execute(query))["sandboxProviders"]}

    assert providers.keys() == {"LOCAL", "E2B", "DAYTONA"}
    assert providers["LOCAL"]["available"] is True
    assert providers["LOCAL"]["capabilities"] == {
        "stdin": True,
        "signals": True,
        "network": False,
        "extend": True,
        "persistent": False,
        "emulated": [],
    }
    assert (providers["LOCAL"]["circuit"], providers["E2B"]["circuit"]) == (None, None)
    assert (providers["E2B"]["available"], providers["E2B"]["capabilities"]) == (False, None)
