"""Reading one operation; the refusals are in test_view."""

from collections.abc import Mapping
from types import MappingProxyType

import pytest
from starlette.requests import Request

from aura_gql.graph.operation_request import OperationRequest, RequestError, read_operation, refuse_foreign_origin


def get(query_string: bytes = b"", headers: Mapping[str, str] = MappingProxyType({})) -> Request:
    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "GET", "query_string": query_string, "headers": pairs})


async def test_reads_a_query_string() -> None:
    request = get(b"query=%7Ba%7D&operationName=A&variables=%7B%22x%22%3A1%7D&extensions=")
    assert await read_operation(request) == OperationRequest("{a}", {"x": 1}, "A", None)
    with pytest.raises(RequestError, match="variables"):
        await read_operation(get(b"query=%7Ba%7D&variables=[]"))


@pytest.mark.parametrize(
    ("headers", "is_refused"),
    [
        ({"cookie": "a=b"}, False),
        ({"cookie": "a=b", "origin": "https://x.example"}, True),
        ({"cookie": "a=b", "origin": "https://x.example", "host": "x.example"}, False),
        ({"cookie": "a=b", "origin": "https://x.example", "host": "x.example:444"}, True),
        ({"cookie": "a=b", "origin": "https://x.example", "sec-fetch-site": "same-origin"}, False),
        ({"cookie": "a=b", "origin": "https://ok.example"}, False),
        ({"cookie": "a=b", "origin": "https://["}, True),
        ({"authorization": "Bearer t", "origin": "https://x.example"}, False),
    ],
)
def test_refuses_cookies_from_foreign_pages(headers: dict[str, str], is_refused: bool) -> None:
    allowed = frozenset({"https://ok.example"})
    if not is_refused:
        refuse_foreign_origin(get(headers=headers), allowed)
        return
    with pytest.raises(RequestError) as caught:
        refuse_foreign_origin(get(headers=headers), allowed)
    assert caught.value.status == 403
