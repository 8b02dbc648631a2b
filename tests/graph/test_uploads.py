"""Files of a request, and the scalar that stands for them."""

import hashlib
import os
from typing import Any

import pytest
from graphql import GraphQLError, StringValueNode

from aura_gql.graph.uploads import (
    UploadedFile,
    discard_uploads,
    open_spool,
    refuse_literal,
    refuse_result,
    take_upload,
)


async def test_files_of_one_request_stand_in_one_unnamed_file() -> None:
    scope: dict[str, Any] = {"type": "http"}
    spool = open_spool(scope)
    files = []
    for data in (b"first", b"", b"third" * 100_000):
        file = UploadedFile(spool)
        for start in range(0, len(data), 70_000):
            file.write(data[start : start + 70_000])
        files.append((file, data))

    for file, data in reversed(files):
        assert await file.read() == data
        pieces = [piece async for piece in file.chunks()]
        assert b"".join(pieces) == data
        assert max(map(len, pieces), default=0) <= 256 * 1024
        assert (file.size, file.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert os.fstat(spool.fileno()).st_nlink == 0
    discard_uploads(scope)
    assert spool.closed
    discard_uploads(scope)
    assert scope == {"type": "http"}


@pytest.mark.parametrize("value", ["text", None, b"bytes", 1, {"size": 1}, ["x"]])
def test_nothing_else_is_an_upload(value: object) -> None:
    with pytest.raises(GraphQLError, match="must be a file part of a multipart request"):
        take_upload(value)


def test_an_upload_is_no_literal_and_no_result() -> None:
    with pytest.raises(GraphQLError, match="must be a file part"):
        refuse_literal(StringValueNode(value="x"))
    with pytest.raises(GraphQLError, match="part of an answer"):
        refuse_result("x")
