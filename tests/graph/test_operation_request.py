"""Reading one operation; the refusals are in test_view."""

from collections.abc import Mapping
from types import MappingProxyType

import pytest
from starlette.requests import Request

from aura_gql.graph.operation_request import OperationRequest, RequestError, read_operation


def get(query_string: bytes = b"", headers: Mapping[str, str] = MappingProxyType({})) -> Request:
    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "GET", "query_string": query_string, "headers": pairs})


async def test_reads_a_query_string() -> None:
    request = get(b"query=%7Ba%7D&operationName=A&variables=%7B%22x%22%3A1%7D&extensions=")
    assert await read_operation(request) == OperationRequest("{a}", {"x": 1}, "A", None)
    with pytest.raises(RequestError, match="variables"):
        await read_operation(get(b"query=%7Ba%7D&variables=[]"))
