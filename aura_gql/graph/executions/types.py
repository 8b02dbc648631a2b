"""Executions and their output, as clients see them."""

import base64
from datetime import datetime
from typing import Annotated, Self

import strawberry
from bson import ObjectId

from aura_gql.executions import records
from aura_gql.executions.records import ExecutionRecord, OutputChunkRecord
from aura_gql.graph.context import Info
from aura_gql.graph.executions.enums import (
    ExecutionErrorType,
    ExecutionKind,
    ExecutionLanguage,
    ExecutionStatus,
    OutputStream,
    TimeoutClock,
)
from aura_gql.graph.files.types import FileChange
from aura_gql.graph.nodes import Node, to_global_id
from aura_gql.graph.pagination import After, Connection, First, page_request
from aura_gql.graph.scalars import Long


@strawberry.type(description="A run of code or of a command in a sandbox. Its output is kept and can be replayed.")
class Execution(Node):
    """An execution record on the wire."""

    key: strawberry.Private[ObjectId]
    sandbox_id: strawberry.ID = strawberry.field(description="The sandbox that it runs in.")
    project_id: strawberry.ID = strawberry.field(
        description=(
            "The project whose folder it runs in. In a sandbox of `quickExecute` there is none (`isTemporary`): this "
            "is then `sandboxId` again, and no project's id."
        )
    )
    is_temporary: bool = strawberry.field(
        description=(
            "Whether it is one of `quickExecute`, or runs in the sandbox of one, which is removed behind that. It is "
            "forgotten a week after its end."
        )
    )
    kind: ExecutionKind = strawberry.field(description="Whether it is code or a command.")
    language: ExecutionLanguage | None = strawberry.field(description="The language of the code; null for a command.")
    command: str = strawberry.field(description="The source text or the command line.")
    args: list[str] = strawberry.field(description="The arguments that it was given.")
    status: ExecutionStatus = strawberry.field(description="Where it is in its life.")
    error_type: ExecutionErrorType | None = strawberry.field(
        description="Why it did not complete; null while it is open and when it completed."
    )
    error_message: str | None = strawberry.field(description="The same in words for a person.")
    exit_code: int | None = strawberry.field(
        description="The exit code, 0 to 255; null while it is open and where the process ended by a signal or unseen."
    )
    signal: int | None = strawberry.field(description="The number of the signal that ended it, if one did.")
    timeout_ms: int = strawberry.field(
        description="How long it may run, in milliseconds; 0 for one in the background that has no limit."
    )
    idle_timeout_ms: int | None = strawberry.field(
        description="How long it may neither print nor be fed anything, in milliseconds; null for no limit."
    )
    timeout_clock: TimeoutClock | None = strawberry.field(
        description="Which clock stopped it; null unless `errorType` is TIMEOUT."
    )
    background: bool = strawberry.field(description="Whether it runs beside the others, as a server does.")
    stdin_open: bool = strawberry.field(
        description="Whether it was begun with its standard input open, for `sendExecutionInput`."
    )
    last_sequence: int = strawberry.field(
        description="The number of its last output chunk so far; final when it has ended. 0 for no output."
    )
    stdout_bytes: Long = strawberry.field(description="Bytes written to standard output; final when it has ended.")
    stderr_bytes: Long = strawberry.field(description="Bytes written to standard error; final when it has ended.")
    truncated: bool = strawberry.field(description="Whether output beyond the server's limit was dropped.")
    duration_ms: int | None = strawberry.field(
        description="Wall time from its start to its end, its compilation included, in milliseconds."
    )
    queued_ms: int | None = strawberry.field(description="How long it waited before its start, in milliseconds.")
    cpu_time_ms: int | None = strawberry.field(
        description=(
            "CPU time of its process and of everything that it started and that ended by its end, a compiler and "
            "daemons included, in milliseconds, where measured. What lives on behind it is not counted."
        )
    )
    peak_memory_bytes: Long | None = strawberry.field(
        description=(
            "The most memory that one of the same processes held, in bytes, where measured: the largest of them, not "
            "their sum."
        )
    )
    created_at: datetime = strawberry.field(description="When it was asked for.")
    started_at: datetime | None = strawberry.field(description="When its process started.")
    finished_at: datetime | None = strawberry.field(description="When it ended.")

    @classmethod
    def from_record(cls, record: ExecutionRecord) -> Self:
        """The execution that `record` describes."""
        return cls(
            key=record.id,
            id=to_global_id("Execution", record.id),
            sandbox_id=to_global_id("Sandbox", record.sandbox_id),
            project_id=to_global_id("Sandbox" if record.is_temporary else "Project", record.project_id),
            is_temporary=record.is_temporary,
            kind=record.kind,
            language=record.language,
            command=record.command,
            args=list(record.args),
            status=record.status,
            error_type=record.error_type,
            error_message=record.error_message,
            exit_code=record.exit_code,
            signal=record.signal,
            timeout_ms=record.timeout_ms,
            idle_timeout_ms=record.idle_timeout_ms,
            timeout_clock=record.timeout_clock,
            background=record.background,
            stdin_open=record.stdin_open,
            last_sequence=record.last_sequence,
            stdout_bytes=Long(record.stdout_bytes),
            stderr_bytes=Long(record.stderr_bytes),
            truncated=record.truncated,
            duration_ms=record.duration_ms,
            queued_ms=record.queued_ms,
            cpu_time_ms=record.cpu_time_ms,
            peak_memory_bytes=None if record.peak_memory_bytes is None else Long(record.peak_memory_bytes),
            created_at=record.created_at,
            started_at=record.started_at,
            finished_at=record.finished_at,
        )

    @strawberry.field(
        description=(
            "What changed on the sandbox's disk while it ran, in order; final when it has ended. Where other "
            "executions ran at the same time it may be their doing, and `executionIds` names them all."
        )
    )
    async def file_changes(self, info: Info, first: First = None, after: After = None) -> Connection[FileChange]:
        """Call, convert."""
        page = await info.context.services.files.changes.of_execution(self.key, page_request(first, after))
        return Connection.of(page, FileChange.from_record)


@strawberry.type(
    description="A piece of output: in `text`, or in `base64` where its bytes are not UTF-8; never in both."
)
class OutputChunk:
    """A chunk record on the wire."""

    sequence: int = strawberry.field(
        description="Its number: 1, 2, 3… over both streams of the execution, without a gap."
    )
    stream: OutputStream = strawberry.field(description="Which output it was written to.")
    text: str | None = strawberry.field(description="The output, where it is UTF-8. A character is never split.")
    base64: str | None = strawberry.field(description="The bytes in base64, where they are not UTF-8.")
    at: datetime = strawberry.field(description="When the server read it.")

    @classmethod
    def from_record(cls, record: OutputChunkRecord) -> Self:
        """The chunk that `record` describes; text wherever the bytes are UTF-8."""
        try:
            text, encoded = record.data.decode(), None
        except UnicodeDecodeError:
            text, encoded = None, base64.b64encode(record.data).decode()
        return cls(sequence=record.sequence, stream=record.stream, text=text, base64=encoded, at=record.at)


@strawberry.type(description="The next chunks of output, in order and without a gap.")
class ExecutionOutputBatch:
    """A batch of chunks on the wire."""

    first_sequence: int = strawberry.field(description="The number of the first chunk of the batch.")
    last_sequence: int = strawberry.field(
        description="The number of the last chunk of the batch: pass it as `after` to resume behind this batch."
    )
    chunks: list[OutputChunk] = strawberry.field(description="The chunks, by `sequence`.")


@strawberry.type(
    description="The end of the stream, sent exactly once: every chunk up to `lastSequence` came before it."
)
class ExecutionFinished:
    """The terminal event on the wire."""

    execution: Execution = strawberry.field(description="The execution as it ended.")
    last_sequence: int = strawberry.field(description="The number of its last chunk; 0 for no output.")


@strawberry.type(description="Output that is no longer kept: the chunks of this range will not come; later ones may.")
class ExecutionGap:
    """A gap in the kept output, on the wire."""

    first_sequence: int = strawberry.field(description="The number of the first missing chunk.")
    last_sequence: int = strawberry.field(description="The number of the last missing chunk.")


ExecutionEvent = Annotated[
    ExecutionOutputBatch | ExecutionFinished | ExecutionGap,
    strawberry.union(
        "ExecutionEvent",
        description="What `executionOutput` streams: batches of output, then one `ExecutionFinished`.",
    ),
]


def execution_event(event: records.ExecutionEvent) -> ExecutionOutputBatch | ExecutionFinished | ExecutionGap:
    """The event on the wire that a ledger event becomes."""
    match event:
        case records.OutputBatchRecord():
            chunks = [OutputChunk.from_record(chunk) for chunk in event.chunks]
            return ExecutionOutputBatch(first_sequence=event.first, last_sequence=event.last, chunks=chunks)
        case records.OutputGap():
            return ExecutionGap(first_sequence=event.first, last_sequence=event.last)
        case records.ExecutionFinished():
            execution = Execution.from_record(event.record)
            return ExecutionFinished(execution=execution, last_sequence=event.last_sequence)
