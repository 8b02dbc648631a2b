"""What became of changed files, on the wire."""

from tests.support.api import Member
from tests.support.journeys import finished, ready_project, running_sandbox

RUN = "mutation ($input: RunCommandInput!) { runCommand(input: $input) { execution { id } } }"
STOP = """mutation ($input: StopSandboxInput!) { stopSandbox(input: $input) { sandbox { savedFiles {
    at saved savedCount conflicts conflictCount skipped { path reason } skippedCount
} } } }"""


async def test_a_stop_tells_what_it_saved(ada: Member) -> None:
    project = await ready_project(ada)
    sandbox = await running_sandbox(ada, project)
    command = {"sandboxId": sandbox, "command": "echo made > made.txt; ln -s made.txt link"}
    await finished(ada, (await ada.execute(RUN, input=command))["runCommand"]["execution"]["id"])

    saved = (await ada.execute(STOP, input={"sandboxId": sandbox}))["stopSandbox"]["sandbox"]["savedFiles"]
    read = 'query ($id: ID!) { project(id: $id) { file(path: "made.txt") { content version } } }'
    project_file = (await ada.execute(read, id=project))["project"]["file"]

    assert saved.pop("at")
    assert saved == {
        "saved": ["made.txt"],
        "savedCount": 1,
        "conflicts": [],
        "conflictCount": 0,
        "skipped": [{"path": "link", "reason": "It is a link."}],
        "skippedCount": 1,
    }
    assert project_file == {"content": "made\n", "version": 1}
