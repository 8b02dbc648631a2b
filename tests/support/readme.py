"""Reads a document's fenced blocks and does what they say, as its reader would."""

import asyncio
import re
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from graphql import OperationDefinitionNode, OperationType, parse

from aura_gql.kernel.ids import parse_global_id
from tests.support.api import Member
from tests.support.commands import READY, clean_environment

_FENCE = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_WRITTEN_HOST = "127.0.0.1:8000"
_SETTLED = frozenset({"READY", "RUNNING", "STOPPED"})

SHOWN = frozenset({"json", "text", "mermaid", "dotenv", "ini", "nginx", "ts", "yaml"})
"""Kinds of block that are looked at alone."""
RUN = frozenset({"console", "graphql", "python"})
"""Kinds of block that a test runs."""

ELSEWHERE = {
    "git clone": "the reader has the repository, and so has the test",
    "cd ": "the test is there",
    "scripts/test": ".ci/run runs it",
    "scripts/check": ".ci/run runs it",
    "scripts/bench": "it takes minutes; tests/benchmarks runs its parts",
    "docker ": "it needs a Docker engine",
    "sudo ": "it changes the machine",
}
"""Beginnings of commands that no test of a document runs, and why."""


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: the language behind its fence, its text, and the line that it begins at."""

    kind: str
    text: str
    line: int

    @property
    def commands(self) -> list[str]:
        """The commands behind `$ ` of a console block, their continuation lines included."""
        joined = self.text.replace("\\\n", "")
        return [line.removeprefix("$ ") for line in joined.splitlines() if line.startswith("$ ")]


def blocks(document: str) -> list[Block]:
    """Every fenced block, in order."""
    return [
        Block(found["info"].partition(" ")[0], found["text"], document.count("\n", 0, found.start()) + 1)
        for found in _FENCE.finditer(document)
    ]


def runs_elsewhere(command: str) -> bool:
    """Whether a command is one of those that documents show but this test doesn't run."""
    return any(command.startswith(beginning) for beginning in ELSEWHERE)


@dataclass
class Reader:
    """Somebody at the top of the repository with one shell, one server and one signed-in client.

    The shell's exported variables last from block to block. A variable `$projectId` of an operation is the id of the
    project in the last answer that had one, the first of a list.
    """

    root: Path
    folder: Path
    host: str = _WRITTEN_HOST
    member: Member | None = None
    ids: dict[str, str] = field(default_factory=dict)

    def shell(self, script: str, stdin: str = "") -> str:
        """Run a script in bash; what it printed. AssertionError where it fails."""
        state = self.folder / "exported.sh"
        wrapped = f"set -eu; [ ! -f {state} ] || . {state}; {script}\nexport -p >{state}"
        done = subprocess.run(
            ["/bin/bash", "-c", wrapped.replace(_WRITTEN_HOST, self.host)],
            cwd=self.root,
            env=self._environment(),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=170,
            check=False,
        )
        assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
        return done.stdout

    @asynccontextmanager
    async def server(self, command: str) -> AsyncIterator[None]:
        """Run a command that serves, from its ready line on, with a client signed in to it; ended by Ctrl-C."""
        process = await asyncio.create_subprocess_exec(
            "/bin/bash",
            "-c",
            f"exec {command}",
            cwd=self.root,
            env=self._environment(),
            stdout=asyncio.subprocess.PIPE,
        )
        try:
            assert process.stdout is not None
            ready = READY.match((await process.stdout.readline()).decode())
            assert ready is not None, f"{command} did not say that it is ready"
            self.host = ready[1].removeprefix("http://")
            bearer = self.shell(".venv/bin/aura-gql token --email reader@example.com").strip()
            async with httpx.AsyncClient(base_url=ready[1], timeout=60) as http:
                self.member = Member(http, self.host, bearer)
                yield
            process.send_signal(signal.SIGINT)
            assert await process.wait() == 130
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()

    async def perform(self, operation: str) -> list[dict[str, Any]]:
        """Send an operation to the server; its data, of each event where it subscribes, until that has settled."""
        assert self.member is not None, "the document shows an operation before it starts a server"
        (definition,) = (node for node in parse(operation).definitions if isinstance(node, OperationDefinitionNode))
        variables = {name: self.ids[name] for name in _needed(definition)}
        if definition.operation is not OperationType.SUBSCRIPTION:
            data = await self.member.execute(operation, **variables)
            self._learn(data)
            return [data]
        events = []
        async for data in self.member.subscribe(operation, **variables):
            self._learn(data)
            events.append(data)
            statuses = {value for key, value in _leaves(data) if key == "status"}
            assert "ERROR" not in statuses, data
            if statuses & _SETTLED:
                break
        return events

    def _learn(self, data: dict[str, Any]) -> None:
        """Remember each type's last id, and fail on a payload's errors."""
        for key, value in _leaves(data):
            known = parse_global_id(value) if key == "id" and isinstance(value, str) else None
            if known:
                self.ids[known.type_name[0].lower() + known.type_name[1:] + "Id"] = str(value)
        for payload in data.values():
            assert not (isinstance(payload, dict) and payload.get("errors")), payload

    def _environment(self) -> dict[str, str]:
        environment = clean_environment(DATA_DIRECTORY=str(self.folder / "data"), PORT="0")
        environment.pop("PYTHONPATH")
        return environment


def _needed(definition: OperationDefinitionNode) -> Iterator[str]:
    """The variables of an operation that have no default."""
    return (node.variable.name.value for node in definition.variable_definitions or () if node.default_value is None)


def _leaves(value: object, key: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, str(name))
    elif isinstance(value, list):
        for inner in reversed(value):
            yield from _leaves(inner, key)
    else:
        yield key, value


async def follow(reader: Reader, document: list[Block]) -> list[str]:
    """Do what the blocks say, in order; the output of those that print. A command that serves runs to the end."""
    printed: list[str] = []
    for position, block in enumerate(document):
        for command in block.commands if block.kind == "console" else ():
            if command.startswith("scripts/dev"):
                async with reader.server(command):
                    rest = [Block("console", "$ " + later, block.line) for later in _after(block.commands, command)]
                    return printed + await follow(reader, [*rest, *document[position + 1 :]])
            if not runs_elsewhere(command):
                printed.append(reader.shell(command))
        if block.kind == "python":
            printed.append(reader.shell("exec .venv/bin/python -", block.text.replace(_WRITTEN_HOST, reader.host)))
        if block.kind == "graphql":
            printed += [str(data) for data in await reader.perform(block.text)]
    return printed


def _after(commands: list[str], command: str) -> list[str]:
    return commands[commands.index(command) + 1 :]
