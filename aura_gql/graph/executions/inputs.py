"""What clients send to run something."""

import strawberry
from bson import ObjectId

from aura_gql.executions.records import CodeRequest, CommandRequest
from aura_gql.graph.executions.enums import ExecutionLanguage
from aura_gql.graph.nodes import object_id
from aura_gql.graph.payload import key_description

_KEY = key_description("the first execution", "running it twice")


@strawberry.input(description="An environment variable of the process.")
class EnvironmentVariableInput:
    """One variable."""

    name: str = strawberry.field(description="Its name: letters, digits and underscores, not beginning with a digit.")
    value: str = strawberry.field(description="Its value.")


@strawberry.input
class Surroundings:
    """What code and commands are run with."""

    sandbox_id: strawberry.ID = strawberry.field(
        description="The sandbox to run in. One that is still starting will do: the execution waits for it."
    )
    args: list[str] = strawberry.field(
        default_factory=list, description="Arguments, at most 64; a command line sees them as `$1`, `$2`…"
    )
    stdin: str = strawberry.field(default="", description="What it reads from standard input, at most 1 MiB.")
    env: list[EnvironmentVariableInput] = strawberry.field(
        default_factory=list, description="Environment variables to add, at most 64."
    )
    timeout_ms: int | None = strawberry.field(
        default=None, description="How long it may run, in milliseconds; the server's default where left out."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=_KEY)

    def sandbox(self) -> ObjectId:
        """The key of the sandbox; InvalidInput on `sandboxId`."""
        return object_id(self.sandbox_id, "Sandbox", ("sandboxId",))

    def variables(self) -> tuple[tuple[str, str], ...]:
        """The environment as pairs."""
        return tuple((variable.name, variable.value) for variable in self.env)


@strawberry.input(description="What to run with `executeCode`.")
class ExecuteCodeInput(Surroundings):
    """Source text and its surroundings."""

    language: ExecutionLanguage = strawberry.field(description="The language of the code.")
    code: str = strawberry.field(description="The source text, at most 256 KiB. It runs in the project folder.")

    def to_request(self) -> CodeRequest:
        """The request for the service; InvalidInput on `sandboxId`."""
        return CodeRequest(
            sandbox_id=self.sandbox(),
            language=self.language,
            code=self.code,
            args=tuple(self.args),
            stdin=self.stdin.encode(),
            env=self.variables(),
            timeout_ms=self.timeout_ms,
        )


@strawberry.input(description="What to run with `runCommand`.")
class RunCommandInput(Surroundings):
    """A command line and its surroundings."""

    command: str = strawberry.field(description="The command line, run by `bash`, at most 256 KiB.")
    cwd: str = strawberry.field(default=".", description="The folder to run in, relative to the project folder.")

    def to_request(self) -> CommandRequest:
        """The request for the service; InvalidInput on `sandboxId`."""
        return CommandRequest(
            sandbox_id=self.sandbox(),
            command=self.command,
            cwd=self.cwd,
            args=tuple(self.args),
            stdin=self.stdin.encode(),
            env=self.variables(),
            timeout_ms=self.timeout_ms,
        )


@strawberry.input(description="Which execution to end with `cancelExecution`.")
class CancelExecutionInput:
    """An execution to cancel."""

    execution_id: strawberry.ID = strawberry.field(description="The execution.")
