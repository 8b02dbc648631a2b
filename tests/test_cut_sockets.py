"""Clients whose sockets are aborted over and over while a program prints get each of its bytes once."""

import asyncio
import json
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aura_gql.infra.mongo import Database
from tests.support.api import Data, Member, running_api
from tests.support.journeys import ready_project, running_sandbox
from tests.support.operations import RUN

LINES = 300
CUTS = 25
PROGRAM = f"for n in $(seq {LINES}); do echo line $n; echo oops $n >&2; sleep 0.002; done; exit 3"
OUTPUT = """subscription ($id: ID!, $after: Int!) { executionOutput(id: $id, after: $after) {
    ... on ExecutionOutputBatch { chunks { sequence stream text } }
    ... on ExecutionFinished { lastSequence execution { status exitCode } }
} }"""


@dataclass
class Client:
    """One client, which resumes behind the last chunk that it kept."""

    member: Member
    execution: str
    chance: random.Random
    seen: int = 0
    cuts: int = 0
    ends: list[Data] = field(default_factory=list)
    streams: dict[str, str] = field(default_factory=lambda: {"STDOUT": "", "STDERR": ""})

    async def read(self) -> None:
        """Until the end has come, over as many sockets as it takes."""
        while not self.ends:
            await self._read_on_one_socket(self.chance.randrange(4))

    async def _read_on_one_socket(self, events: int) -> None:
        async with self.member.socket() as socket:
            variables = {"id": self.execution, "after": self.seen}
            payload = {"query": OUTPUT, "variables": variables}
            await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
            while events or self.cuts == CUTS:  # In the end it stays.
                events -= 1
                message: dict[str, Any] = json.loads(await asyncio.wait_for(socket.recv(), 30))
                assert message["type"] == "next", message
                self._take(message["payload"]["data"]["executionOutput"], is_last=events == 0 and self.cuts < CUTS)
                if self.ends:
                    assert json.loads(await asyncio.wait_for(socket.recv(), 30))["type"] == "complete"
                    return
            socket.transport.abort()
            self.cuts += 1

    def _take(self, event: Data, *, is_last: bool) -> None:
        if "execution" in event:
            self.ends.append(event)
            return
        chunks = event["chunks"]
        if is_last:  # A client that dies in the middle of a message has kept a part of it.
            chunks = chunks[: self.chance.randrange(1, len(chunks) + 1)]
        for chunk in chunks:
            assert chunk["sequence"] == self.seen + 1
            self.seen = chunk["sequence"]
            self.streams[chunk["stream"]] += chunk["text"]


async def test_sockets_that_are_cut_lose_nothing(mongodb_uri: str, database: Database, tmp_path: Path) -> None:
    async with running_api(mongodb_uri, tmp_path, database) as api:
        ada = await api.sign_in("ada")
        sandbox = await running_sandbox(ada, await ready_project(ada))
        payload = (await ada.execute(RUN, input={"sandboxId": sandbox, "command": PROGRAM}))["runCommand"]
        execution = payload["execution"]["id"]
        clients = [Client(ada, execution, random.Random(seed)) for seed in range(3)]
        await asyncio.gather(*(client.read() for client in clients))
        late = Client(ada, execution, random.Random(3))
        await late.read()
    for client in (*clients, late):
        assert client.streams["STDOUT"] == "".join(f"line {n}\n" for n in range(1, LINES + 1))
        assert client.streams["STDERR"] == "".join(f"oops {n}\n" for n in range(1, LINES + 1))
        assert [end["execution"] for end in client.ends] == [{"status": "FAILED", "exitCode": 3}]
        assert client.ends[0]["lastSequence"] == client.seen
    assert sum(client.cuts for client in clients) >= CUTS
