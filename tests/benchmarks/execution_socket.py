"""One GraphQL socket that runs things in a sandbox and follows them, as an editor panel would."""

import contextlib
import itertools
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from websockets.asyncio.client import ClientConnection

from tests.support.api import Member

_RUN = """mutation ($input: ExecuteCodeInput!) {
    executeCode(input: $input) { execution { id } errors { message } }
}"""
_OUTPUT = """subscription ($id: ID!) { executionOutput(id: $id) {
    __typename
    ... on ExecutionOutputBatch { firstSequence lastSequence chunks { sequence stream text base64 } }
    ... on ExecutionFinished { execution { status exitCode errorMessage } }
} }"""


@dataclass(frozen=True, slots=True)
class ExecutionSocket:
    """Runs code in the sandbox, one operation at a time."""

    socket: ClientConnection
    sandbox: str
    _ids: Iterator[int] = field(default_factory=itertools.count)

    async def run(self, code: Mapping[str, str]) -> str:
        """The id of a new execution; `code` has language and code."""
        wish = {"sandboxId": self.sandbox, **code}
        (answer,) = [data async for data in self._operate(_RUN, {"input": wish})]
        payload = answer["executeCode"]
        if payload["errors"]:
            raise RuntimeError(payload["errors"][0]["message"])
        return str(payload["execution"]["id"])

    async def output(self, execution: str) -> AsyncIterator[str]:
        """The text of each chunk, to the end; RuntimeError unless it completed."""
        async for data in self._operate(_OUTPUT, {"id": execution}):
            event = data["executionOutput"]
            if event["__typename"] == "ExecutionFinished":
                end = event["execution"]
                if end["status"] != "COMPLETED":
                    raise RuntimeError(f"The execution is {end['status']}: {end['errorMessage']}")
                continue
            for chunk in event["chunks"]:
                yield chunk["text"]

    async def finish(self, code: Mapping[str, str]) -> None:
        """Run code and wait for its end."""
        async for _ in self.output(await self.run(code)):
            continue

    async def _operate(self, query: str, variables: Mapping[str, object]) -> AsyncIterator[Any]:
        id = str(next(self._ids))
        payload = {"query": query, "variables": variables}
        await self.socket.send(orjson.dumps({"id": id, "type": "subscribe", "payload": payload}).decode())
        while (message := orjson.loads(await self.socket.recv()))["type"] != "complete":
            if message["type"] != "next" or "errors" in message["payload"]:
                raise RuntimeError(f"The operation failed: {message}")
            yield message["payload"]["data"]


@contextlib.asynccontextmanager
async def execution_socket(member: Member, sandbox: str) -> AsyncIterator[ExecutionSocket]:
    """A socket of the member's."""
    async with member.socket() as socket:
        yield ExecutionSocket(socket, sandbox)
