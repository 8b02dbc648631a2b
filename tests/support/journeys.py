"""What a user does first, for tests of what comes after."""

from tests.support.api import Data, Member
from tests.support.examples import example

CREATE_PROJECT = example("CreateProject")
PROJECT_CHANGED = example("ProjectChanged")
CREATE_SANDBOX = example("CreateSandbox")
SANDBOX_CHANGED = example("SandboxChanged")


async def template_id(member: Member, slug: str = "python-script") -> str:
    """The id of a bundled template."""
    found = await member.execute("query ($slug: String!) { template(slug: $slug) { id } }", slug=slug)
    return str(found["template"]["id"])


async def ready_project(member: Member, slug: str = "python-script", **fields: object) -> str:
    """The id of a new project that is READY; `fields` go into its input."""
    wish = {"name": "A project", "templateId": await template_id(member, slug), **fields}
    payload = (await member.execute(CREATE_PROJECT, input=wish))["createProject"]
    assert payload["errors"] == []
    id = str(payload["project"]["id"])
    async for data in member.subscribe(PROJECT_CHANGED, projectId=id):
        event = data["projectChanged"]
        assert event["status"] != "ERROR", event["message"]
        if event["status"] == "READY":
            return id
    raise AssertionError("The stream ended before the project was ready.")


async def running_sandbox(member: Member, project: str) -> str:
    """The id of a new sandbox of the project that is RUNNING."""
    payload = (await member.execute(CREATE_SANDBOX, input={"projectId": project}))["createSandbox"]
    assert payload["errors"] == []
    id = str(payload["sandbox"]["id"])
    async for data in member.subscribe(SANDBOX_CHANGED, sandboxId=id):
        event = data["sandboxStatus"]
        assert event["status"] in ("PENDING", "STARTING", "RUNNING"), event["reason"]
        if event["status"] == "RUNNING":
            return id
    raise AssertionError("The stream ended before the sandbox ran.")


async def finished(member: Member, execution: str, after: int = 0) -> tuple[list[Data], Data]:
    """The chunks behind `after` of an execution, and how it ended."""
    subscription = """subscription ($id: ID!, $after: Int!) { executionOutput(id: $id, after: $after) {
        __typename
        ... on ExecutionOutputBatch { firstSequence lastSequence chunks { sequence stream text base64 } }
        ... on ExecutionFinished {
            lastSequence
            execution { status errorType errorMessage exitCode signal truncated lastSequence stdoutBytes durationMs }
        }
    } }"""
    chunks: list[Data] = []
    async for data in member.subscribe(subscription, id=execution, after=after):
        event = data["executionOutput"]
        if event["__typename"] == "ExecutionFinished":
            return chunks, event["execution"]
        chunks += event["chunks"]
    raise AssertionError("The stream ended before the execution did.")
