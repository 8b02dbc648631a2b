"""Executions on the event bus and in the collection: batches as plain values and back."""

from collections.abc import Mapping
from typing import Any

from bson import ObjectId

from aura_gql.executions.records import OutputBatchRecord, OutputChunkRecord
from aura_gql.infra.ports import Event
from aura_gql.sandboxes.values import OutputStream

FINISHED: Event = {"finished": True}
"""Says that an execution has ended; what it ended as stands in the database."""


def topic_of(execution_id: ObjectId) -> str:
    """The bus topic that carries the output of one execution and its end."""
    return f"execution:{execution_id}"


def is_finished(event: Event) -> bool:
    """Whether the event tells the end."""
    return "finished" in event


def batch_to_plain(batch: OutputBatchRecord) -> dict[str, Any]:
    """The batch as values that the bus and BSON can carry; a chunk's number follows from its place."""
    chunks = [{"stream": chunk.stream.value, "data": chunk.data, "at": chunk.at} for chunk in batch.chunks]
    return {"first": batch.first, "last": batch.last, "chunks": chunks}


def batch_from_plain(execution_id: ObjectId, plain: Mapping[str, Any]) -> OutputBatchRecord:
    """The batch that `batch_to_plain` wrote."""
    first: int = plain["first"]
    chunks = tuple(
        OutputChunkRecord(first + place, OutputStream(chunk["stream"]), bytes(chunk["data"]), chunk["at"])
        for place, chunk in enumerate(plain["chunks"])
    )
    return OutputBatchRecord(execution_id, first, plain["last"], chunks)
