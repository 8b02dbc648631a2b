"""Batches survive their plain form, through the bus and through BSON."""

import bson
from bson import ObjectId
from bson.codec_options import CodecOptions

from aura_gql.executions.events import FINISHED, batch_from_plain, batch_to_plain, is_finished, topic_of
from aura_gql.executions.records import OutputBatchRecord, OutputChunkRecord
from aura_gql.kernel.clock import utcnow
from aura_gql.sandboxes.values import OutputStream


def test_a_batch_comes_back_as_it_was() -> None:
    execution_id = ObjectId()
    chunks = (
        OutputChunkRecord(4, OutputStream.STDOUT, b"\xff\x00", utcnow()),
        OutputChunkRecord(5, OutputStream.STDERR, b"x", utcnow()),
    )
    batch = OutputBatchRecord(execution_id, 4, 5, chunks)
    plain = batch_to_plain(batch)
    assert batch_from_plain(execution_id, plain) == batch
    stored: dict[str, object] = bson.decode(bson.encode(plain), CodecOptions(tz_aware=True))
    assert batch_from_plain(execution_id, stored) == batch
    assert not is_finished(plain)
    assert is_finished(FINISHED)
    assert topic_of(execution_id) == f"execution:{execution_id}"
