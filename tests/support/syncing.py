"""A project, a sandbox of it in which code runs, and what both have."""

from collections.abc import Mapping

from bson import ObjectId

from aura_gql.files.records import FileRecord, RevisionSource
from aura_gql.files.writing.operations import Operation, PutFile
from aura_gql.kernel.clock import utcnow
from aura_gql.sandboxes.ports import Sandbox
from aura_gql.sandboxes.syncing.mergers import Bytes
from aura_gql.sandboxes.values import FileKind
from tests.support.processes import shell
from tests.support.sandboxes import OWNER, SandboxBench

Versions = tuple[int | None, int | None, str | None]
TEN = b"".join(b"%d\n" % number for number in range(10))
HEAD, TAIL = TEN.replace(b"0\n", b"head\n"), TEN.replace(b"9\n", b"tail\n")
BOTH = HEAD.replace(b"9\n", b"tail\n")


def a_file(path: str, data: bytes, version: int = 1) -> FileRecord:
    """A record of a file that no project has."""
    content = Bytes.of(data)
    project_id = ObjectId("6" * 24)
    return FileRecord(
        project_id, path, version, version, content.sha256, content.size, False, "scope", "text", False, utcnow(), OWNER
    )


def put(path: str, data: bytes, executable: bool | None = None) -> PutFile:
    """Write a file, whatever is there."""
    return PutFile(path, Bytes.of(data), None, executable)


async def apply(bench: SandboxBench, project_id: ObjectId, *operations: Operation) -> int:
    """Change a project; the revision."""
    batch = await bench.files.writer.apply(OWNER, project_id, operations, source=RevisionSource.BATCH)
    return batch.revision


async def ran(bench: SandboxBench, sandbox_id: ObjectId, script: str) -> Sandbox:
    """The machine of a sandbox in which a script has run."""
    machine = await bench.sandboxes.attach(sandbox_id)
    outcome = await shell(machine, f"set -e; {script}")
    assert outcome.status.exit_code == 0, outcome.stderr
    return machine


async def on_disk(machine: Sandbox) -> dict[str, bytes]:
    """What a machine has: `+x ` before the bytes of what can be executed, folders with a slash behind their path and
    whatever else with an `@`.
    """
    found: dict[str, bytes] = {}
    for entry in await machine.list_files(".", 1_000, recursive=True):
        if entry.kind is FileKind.FILE:
            found[entry.path] = (b"+x " if entry.executable else b"") + await machine.read_file(entry.path, 10_000)
        else:
            found[f"{entry.path}{'/' if entry.kind is FileKind.FOLDER else '@'}"] = b""
    return found


async def tree(bench: SandboxBench, project_id: ObjectId) -> Mapping[str, FileRecord]:
    """The files of a project by path."""
    return {record.path: record for record in (await bench.files.tree([project_id]))[project_id]}


async def contents(bench: SandboxBench, project_id: ObjectId) -> dict[str, bytes]:
    """What a project's files hold, told as by `on_disk`."""
    return {
        path: (b"+x " if record.executable else b"") + await bench.files.content(record)
        for path, record in (await tree(bench, project_id)).items()
    }


async def history(bench: SandboxBench, project_id: ObjectId, path: str) -> list[bytes | None]:
    """What every version of a path held, None for a deletion."""
    rows = await bench.files.versions_behind(project_id, path, 0)
    return [None if row.kind == "DELETED" else await bench.files.content(row.file) for row in rows]


async def conflicts(bench: SandboxBench, sandbox_id: ObjectId) -> dict[str, Versions]:
    """By path the versions of base and ours, and what theirs is."""
    record = await bench.sandboxes.get(OWNER, sandbox_id)
    assert record.sync_conflict_count == len(record.sync_conflicts)
    return {
        each.path: (
            each.base.version if each.base else None,
            each.ours.version if each.ours else None,
            each.theirs.kind.value if each.theirs else None,
        )
        for each in record.sync_conflicts
    }
