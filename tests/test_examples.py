"""The operations of `examples/`: each is run against the real server, and all that is made of them is up to date."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from graphql import build_schema, validate

from aura_gql.infra.mongo import Database
from tests.support.api import Data, running_api
from tests.support.examples import ROOT, Example, examples, refreshed, stale
from tests.support.tryer import Tryer

EXAMPLES = examples()
SCHEMA = build_schema((ROOT / "schema.graphql").read_text(encoding="utf-8"))
LONG_COMMAND = "for n in 1 2 3; do echo $n; done; exec tail -f /dev/null"


@pytest.fixture
async def tryer(mongodb_uri: str, tmp_path: Path, database: Database) -> AsyncIterator[Tryer]:
    async with running_api(mongodb_uri, tmp_path, database) as api:
        yield Tryer(await api.sign_in("ada", is_admin=True))


async def test_every_example_does_what_it_says(tryer: Tryer) -> None:
    assert (await tryer.execute("Viewer"))["email"] == "ada@example.com"
    assert (await tryer.execute("RateLimit"))["remaining"] > 0
    assert (await tryer.execute("StorageQuota"))["quota"]["bytesUsed"] == 0
    project = await take_the_tour(tryer)
    await browse(tryer)
    await work_on_projects(tryer, project)
    execution, sandbox = await work_in_sandboxes(tryer, project)
    assert (await tryer.execute("Node", id=execution))["__typename"] == "Execution"
    found = await tryer.execute("Nodes", ids=[project, sandbox])
    assert [node["__typename"] for node in found] == ["Project", "Sandbox"]
    assert (await tryer.execute("DeleteSandbox", input={"sandboxId": sandbox}))["deletedSandboxId"] == sandbox
    assert (await tryer.execute("DeleteProject", input={"projectId": project}))["deletedProjectId"] == project
    assert [each.name for each in EXAMPLES if each.name not in tryer.done] == []


async def take_the_tour(tryer: Tryer) -> str:
    """The seven tabs of GraphiQL; the id of the project that comes of it."""
    template = (await tryer.execute("Templates"))["nodes"][0]
    project = (await tryer.execute("CreateFirstProject", templateId=template["id"]))["project"]
    await tryer.watch("ProjectChanged", is_ready, projectId=project["id"])
    assert (await tryer.execute("AddFile", projectId=project["id"]))["file"]["version"] == 1
    sandbox = (await tryer.execute("StartSandbox", projectId=project["id"]))["sandbox"]
    execution = (await tryer.execute("RunProgram", sandboxId=sandbox["id"]))["execution"]
    batch, *rest = await tryer.watch("ExecutionOutput", lambda event: "chunks" in event, executionId=execution["id"])
    assert batch["chunks"][0]["text"].startswith("Hello")
    assert rest == []
    await tryer.execute("StopSandbox", input={"sandboxId": sandbox["id"]})
    return str(project["id"])


async def browse(tryer: Tryer) -> None:
    """The catalogue: its pages one behind the other, what stands in it, one template."""
    first = await tryer.execute("TemplatePage", filter={"text": "vite"}, orderBy="NAME", first=2)
    after = first["pageInfo"]["endCursor"]
    second = await tryer.execute("TemplatePage", filter={"text": "vite"}, orderBy="NAME", first=2, after=after)
    names = [edge["node"]["name"] for page in (first, second) for edge in page["edges"]]
    assert len(set(names)) == 4 <= first["totalCount"]
    assert sum(category["count"] for category in await tryer.execute("TemplateCategories")) > 4
    sync = (await tryer.execute("SyncTemplates", input={}))["sync"]
    assert (await tryer.watch("TemplateSyncProgress", lambda event: True))[0]["sync"]["id"] == sync["id"]
    assert (await tryer.execute("TemplateSync"))["id"] == sync["id"]
    facets = await tryer.execute("TemplateFacets", filter={"text": "vite"})
    assert {"value": "vite", "count": 4}.items() <= facets["dependencies"][0].items()
    suggested = await tryer.execute("TemplateSuggestions", text="Reac")
    assert suggested["nodes"][0]["slug"] == "vite-react"
    template = await tryer.execute("Template", slug="express")
    assert template["readme"].startswith("#")
    assert '"express"' in template["file"]["content"]
    assert [each["provider"] for each in template["providers"]] == ["LOCAL", "E2B", "DAYTONA"]
    forgotten = await tryer.execute("InvalidateTemplateCache", input={"templateId": template["id"]})
    assert forgotten["template"]["slug"] == "express"


async def work_on_projects(tryer: Tryer, project: str) -> None:
    """A project with a configuration from the wish to READY; a project renamed, its files read and saved."""
    template = await tryer.execute("Template", slug="node-http")
    wish = {
        "name": "Configured",
        "templateId": template["id"],
        "configuration": {"prettier": True, "additionalDependencies": [{"name": "nanoid", "version": "^5"}]},
        "idempotencyKey": "once",
    }
    made = (await tryer.execute("CreateProject", input=wish))["project"]
    again = (await tryer.execute("CreateProject", input=wish))["project"]
    events = await tryer.watch("ProjectChanged", is_ready, projectId=made["id"])
    assert made["id"] == again["id"]
    assert made["configuration"]["additionalDependencies"] == [{"name": "nanoid", "version": "^5", "dev": False}]
    assert events[-1]["step"] == "DONE"
    assert await tryer.refused("RetryProject", projectId=made["id"]) == ["INVALID_STATE"]
    await tryer.execute("UpdateProject", input={"projectId": project, "name": "Renamed"})
    listed = await tryer.execute("Projects", filter={"text": "named"}, first=10)
    assert [node["template"]["id"] for node in listed["nodes"]] != []
    opened = await tryer.execute("Project", projectId=project)
    assert "hello.py" in [file["path"] for file in opened["files"]]
    await edit(tryer, project)


async def edit(tryer: Tryer, project: str) -> None:
    """Read a file and save it; a second save of the same reading is a conflict."""
    read = (await tryer.execute("ReadFile", projectId=project, path="hello.py"))["file"]
    change = {"projectId": project, "path": "hello.py", "content": "x", "expectedVersion": read["version"]}
    assert (await tryer.execute("SaveFile", input=change))["file"]["version"] == read["version"] + 1
    assert await tryer.refused("SaveFile", **{**change, "content": "y"}) == ["CONFLICT"]
    files = {"variables.input.files.0.file": b"\x00\xff"}
    saved = await tryer.upload("UploadFiles", files, projectId=project, files=[{"path": "a.bin", "file": None}])
    assert [(file["path"], file["isBinary"]) for file in saved["files"]] == [("a.bin", True)]
    await link(tryer, project)
    await go_back(tryer, project)
    both = [{"create": {"path": "new.py", "content": ""}}, {"move": {"path": "new.py", "to": "src/new.py"}}]
    batch = await tryer.execute("ApplyFileOperations", input={"projectId": project, "operations": both})
    assert [file["path"] for file in batch["files"]] == ["src/new.py"]


async def link(tryer: Tryer, project: str) -> None:
    """Fetch a file without a session, and be given where to bring one."""
    made = (await tryer.execute("CreateDownloadUrl", input={"projectId": project, "path": "a.bin"}))["downloadUrl"]
    assert (await tryer.member.http.get(made["url"])).content == b"\x00\xff"
    wish = {"projectId": project, "purpose": "FILE", "size": 1, "sha256": "0" * 64}
    assert (await tryer.execute("CreateUploadUrl", input=wish))["uploadUrl"]["method"] == "PUT"
    await archive(tryer, project)


async def archive(tryer: Tryer, project: str) -> None:
    """Make an archive, fetch it, bring it back and restore it, and remove it."""
    wish = {"projectId": project, "format": "TAR_GZ"}
    made = (await tryer.execute("ArchiveProject", input=wish))["archive"]
    events = await tryer.watch("ProjectArchiveChanged", is_completed, archiveId=made["id"])
    url = (await tryer.execute("CreateDownloadUrl", input={"archiveId": made["id"]}))["downloadUrl"]["url"]
    data = (await tryer.member.http.get(url)).content
    assert len(data) == events[-1]["size"]
    stored = await tryer.execute("ProjectStorage", projectId=project)
    assert stored["storage"]["archivedBytes"] == len(data)
    restore = {"expectedRevision": made["revision"]}
    brought = await tryer.upload(
        "UploadProjectArchive", {"variables.input.file": data}, projectId=project, file=None, restore=restore
    )
    assert (brought["archive"]["status"], brought["revision"]) == ("COMPLETED", made["revision"])
    wish = {"projectId": project, "archiveId": made["id"], **restore}
    assert (await tryer.execute("RestoreProjectArchive", input=wish))["changedPaths"] == []
    gone = await tryer.execute("DeleteProjectArchive", input={"archiveId": made["id"]})
    assert gone["deletedArchiveId"] == made["id"]


async def go_back(tryer: Tryer, project: str) -> None:
    """See what a file was and what the project was, and bring both back."""
    told = (await tryer.execute("FileHistory", projectId=project, path="hello.py"))["historyOf"]["nodes"]
    assert [(node["version"], node["kind"]) for node in told] == [(2, "MODIFIED"), (1, "CREATED")]
    diff = (await tryer.execute("FileDiff", projectId=project, path="hello.py", **{"from": 1}))["diffOf"]
    assert diff["text"]["unified"].startswith("diff --git a/hello.py b/hello.py")
    revision = told[-1]["revision"]
    found = await tryer.execute("Revisions", projectId=project, **{"from": revision})
    assert [node["path"] for node in found["diff"]["files"]["nodes"]] == ["a.bin", "hello.py"]
    restore = {"projectId": project, "path": "hello.py", "version": 1, "expectedVersion": 2}
    assert (await tryer.execute("RestoreFileVersion", input=restore))["file"]["version"] == 3
    whole = {"projectId": project, "revision": revision, "expectedRevision": found["revision"] + 1}
    assert (await tryer.execute("RestoreRevision", input=whole))["changedCount"] == 1


async def work_in_sandboxes(tryer: Tryer, project: str) -> tuple[str, str]:
    """A sandbox from its start to its end, with a run that is cancelled; the ids of that and of the sandbox."""
    assert any(provider["available"] for provider in await tryer.execute("SandboxProviders"))
    sandbox = str((await tryer.execute("CreateSandbox", input={"projectId": project}))["sandbox"]["id"])
    await tryer.watch("SandboxChanged", lambda event: bool(event["status"] == "RUNNING"), sandboxId=sandbox)
    assert (await tryer.execute("Sandboxes", projectId=project))["totalCount"] == 1
    code = {"sandboxId": sandbox, "language": "BASH", "code": "read word; echo $1 $word|tee made.txt", "args": ["seen"]}
    ran = (await tryer.execute("ExecuteCode", input={**code, "stdinOpen": True}))["execution"]
    sent = await tryer.execute("SendExecutionInput", input={"executionId": ran["id"], "text": "and read\n"})
    assert sent["execution"]["id"] == ran["id"]
    output = await tryer.watch("ExecutionOutput", is_finished, executionId=ran["id"])
    assert "".join(text_of(event) for event in output) == "seen and read\n"
    assert output[-1]["execution"]["status"] == "COMPLETED"
    execution = str(
        (await tryer.execute("RunCommand", input={"sandboxId": sandbox, "command": LONG_COMMAND}))["execution"]["id"]
    )
    await resume_and_cancel(tryer, execution)
    await look_at_files(tryer, project, sandbox, ran["id"])
    (use,) = await tryer.watch("SandboxMetrics", lambda _: True, sandboxId=sandbox)
    assert 0 <= use["memoryBytes"] < use["memoryLimitBytes"]
    await work_at_a_terminal(tryer, sandbox)
    extended = await tryer.execute("ExtendSandbox", input={"sandboxId": sandbox, "byS": 60})
    assert extended["sandbox"]["idleStopsAt"] < extended["sandbox"]["expiresAt"]
    await tryer.execute("RestartSandbox", input={"sandboxId": sandbox})
    await tryer.watch("SandboxChanged", lambda event: bool(event["status"] == "RUNNING"), sandboxId=sandbox)
    await preview(tryer, sandbox)
    listed = await tryer.execute("Executions", sandboxId=sandbox)
    assert [node["id"] for node in listed["nodes"]] == [execution, ran["id"]]
    await run_quickly(tryer)
    await tryer.execute("StopSandbox", input={"sandboxId": sandbox})
    assert (await tryer.execute("Sandbox", sandboxId=sandbox))["status"] in ("STOPPING", "STOPPED")
    return execution, sandbox


async def look_at_files(tryer: Tryer, project: str, sandbox: str, execution: str) -> None:
    """See what a run made, in its own list, in the project's stream and on the disk."""
    changes = (await tryer.execute("FileChanges", executionId=execution))["fileChanges"]
    assert [(change["kind"], change["path"]) for change in changes["nodes"]] == [("CREATED", "made.txt")]
    (batch,) = await tryer.watch("FilesChanged", lambda _: True, projectId=project, after=0)
    assert batch["changes"][-1]["executionIds"] == [execution]
    assert "made.txt" in [file["path"] for file in (await tryer.execute("SandboxFiles", sandboxId=sandbox))["nodes"]]
    assert (await tryer.execute("SandboxFile", sandboxId=sandbox, path="made.txt"))["content"] == "seen and read\n"
    pulled = await tryer.execute("SyncSandboxToProject", input={"sandboxId": sandbox})
    assert "made.txt" in pulled["sync"]["changed"]
    pushed = await tryer.execute("SyncProjectToSandbox", input={"sandboxId": sandbox})
    assert (pushed["sandbox"]["syncConflictCount"], pushed["sync"]["changed"]) == (0, [])


async def preview(tryer: Tryer, sandbox: str) -> None:
    """Look what listens, and open it to a browser for a while."""
    assert (await tryer.execute("SandboxPorts", sandboxId=sandbox))["ports"] == []
    wish = {"sandboxId": sandbox, "port": 5173, "expiresInS": 600, "idempotencyKey": "preview"}
    made = (await tryer.execute("CreatePreviewUrl", input=wish))["previewUrl"]
    assert made["url"].startswith("http://")
    assert [each["id"] for each in await tryer.execute("PreviewUrls", sandboxId=sandbox)] == [made["id"]]
    revoked = (await tryer.execute("RevokePreviewUrl", input={"previewUrlId": made["id"]}))["previewUrl"]
    assert revoked["revokedAt"] is not None


async def run_quickly(tryer: Tryer) -> None:
    """Code without a project, and a file beside it."""
    files = [{"path": "lib/poem.txt", "content": "roses"}]
    code = {"language": "BASH", "code": "cat lib/poem.txt", "files": files}
    quick = (await tryer.execute("QuickExecute", input=code))["execution"]
    output = await tryer.watch("ExecutionOutput", is_finished, executionId=quick["id"])
    assert "".join(text_of(event) for event in output) == "roses"


async def resume_and_cancel(tryer: Tryer, execution: str) -> None:
    """Lose the output behind its last line, follow it from there, and end the run."""
    seen = await tryer.watch("ExecutionOutput", lambda event: "3\n" in text_of(event), executionId=execution)
    last = seen[-1]["lastSequence"]
    assert (await tryer.execute("CancelExecution", input={"executionId": execution}))["execution"]["id"] == execution
    rest = await tryer.watch("ExecutionOutput", is_finished, executionId=execution, after=last)
    assert "".join(text_of(event) for event in seen + rest) == "1\n2\n3\n"
    assert (await tryer.execute("Execution", executionId=execution))["status"] == "CANCELLED"


async def work_at_a_terminal(tryer: Tryer, sandbox: str) -> None:
    """Open a shell, type, follow what it shows, and close it."""
    terminal = (await tryer.execute("OpenTerminal", input={"sandboxId": sandbox}))["terminal"]["id"]
    await tryer.execute("WriteTerminal", input={"terminalId": terminal, "text": "echo $((6 * 7)).\r"})
    await tryer.watch("TerminalOutput", lambda event: "42." in (event.get("text") or ""), terminalId=terminal)
    resized = await tryer.execute("ResizeTerminal", input={"terminalId": terminal, "columns": 99, "rows": 33})
    assert resized["terminal"]["columns"] == 99
    closed = (await tryer.execute("CloseTerminal", input={"terminalId": terminal}))["terminal"]
    events = await tryer.watch("TerminalOutput", lambda event: "terminal" in event, terminalId=terminal)
    assert events[-1]["terminal"]["reason"] == closed["reason"] == "Its owner closed it."
    assert [node["status"] for node in (await tryer.execute("Terminals", sandboxId=sandbox))["nodes"]] == ["CLOSED"]
    assert (await tryer.execute("Terminal", terminalId=terminal))["ending"] == "CLOSED"


def text_of(event: Data) -> str:
    return "".join(chunk["text"] for chunk in event.get("chunks", ()))


def is_ready(event: Data) -> bool:
    assert event["status"] != "ERROR", event
    return bool(event["status"] == "READY")


def is_completed(event: Data) -> bool:
    assert event["status"] != "FAILED", event
    return bool(event["status"] == "COMPLETED")


def is_finished(event: Data) -> bool:
    return "execution" in event


@pytest.mark.parametrize("each", EXAMPLES, ids=lambda each: each.name)
def test_an_example_is_one_operation_that_fits_the_schema(each: Example) -> None:
    assert validate(SCHEMA, each.document) == []
    kebab = re.sub(r"(?<=.)([A-Z])", r"-\1", each.name).lower()
    assert each.path.stem == (f"{each.path.stem[0]}-{kebab}" if each.is_of_the_tour else kebab)
    assert each.text.startswith("# "), "an example begins with a comment that says what it is for"


def test_every_root_field_has_an_example() -> None:
    roots = {"query": SCHEMA.query_type, "mutation": SCHEMA.mutation_type, "subscription": SCHEMA.subscription_type}
    offered = {(kind, name) for kind, root in roots.items() if root for name in root.fields}
    assert offered - {pair for each in EXAMPLES for pair in each.root_fields} == set()


def test_what_is_made_of_the_examples_is_up_to_date() -> None:
    assert stale() == [], "run scripts/examples and commit what it writes"


def test_a_document_shows_the_examples_as_they_are() -> None:
    shown = "```graphql\nquery Viewer { viewer { name } }\n```\n```graphql\n{ viewer { id } }\n```\n"
    own = next(each for each in EXAMPLES if each.name == "Viewer").shown
    assert refreshed(shown) == f"```graphql\n{own}```\n```graphql\n{{ viewer {{ id }} }}\n```\n"
    assert own.startswith("query Viewer {")
    server = "examples/clients/src/server.ts"
    assert refreshed(f"```ts {server}\nold\n```\n") == f"```ts {server}\n{(ROOT / server).read_text()}```\n"
    assert refreshed("```ts\nown\n```\n") == "```ts\nown\n```\n"
