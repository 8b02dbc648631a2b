import pytest

from aura_gql.commands.errands import errand
from tests.storage.scripted_http import Reply, ScriptedServer


async def test_a_request_and_its_answer() -> None:
    async with ScriptedServer([Reply(403, b"no", {"X-Why": "closed"})]) as server:
        reply = await errand("PUT", f"{server.url}/x?y=1", {"Content-Type": "text/plain"}, b"hello")
    assert (reply.status, reply.body, reply.headers["x-why"]) == (403, b"no", "closed")
    assert server.requests[0].startswith("PUT /x?y=1 ")
    assert "Content-Type: text/plain" in server.requests[0]


async def test_nobody_answers() -> None:
    async with ScriptedServer([]) as server:
        pass
    with pytest.raises(OSError, match="refused"):
        await errand("GET", f"{server.url}/", {})
