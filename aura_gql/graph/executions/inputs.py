"""What clients send to run something."""

import strawberry
from bson import ObjectId

from aura_gql.executions.records import CodeRequest, CommandRequest, QuickRequest
from aura_gql.graph.byte_inputs import given_bytes, text_bytes
from aura_gql.graph.executions.enums import ExecutionLanguage
from aura_gql.graph.nodes import object_id
from aura_gql.graph.payload import key_description
from aura_gql.graph.sandboxes.enums import SandboxProviderName
from aura_gql.sandboxes.values import SandboxFile

_KEY = key_description("the first execution", "running it twice")


@strawberry.input(description="An environment variable of the process.")
class EnvironmentVariableInput:
    """One variable."""

    name: str = strawberry.field(description="Its name: letters, digits and underscores, not beginning with a digit.")
    value: str = strawberry.field(description="Its value.")


@strawberry.input
class RunInput:
    """What everything that runs is run with."""

    args: list[str] = strawberry.field(
        default_factory=list, description="Arguments, at most 64; a command line sees them as `$1`, `$2`…"
    )
    stdin: str = strawberry.field(default="", description="What it reads from standard input, at most 1 MiB.")
    stdin_open: bool = strawberry.field(
        default=False,
        description=(
            "Whether standard input stays open behind `stdin`, for `sendExecutionInput`; else it ends there. "
            "A program that reads to the end waits for `close`."
        ),
    )
    env: list[EnvironmentVariableInput] = strawberry.field(
        default_factory=list, description="Environment variables to add, at most 64."
    )
    timeout_ms: int | None = strawberry.field(
        default=None, description="How long it may run, in milliseconds; the server's default where left out."
    )
    idle_timeout_ms: int | None = strawberry.field(
        default=None,
        description="How long it may neither print nor be fed anything, in milliseconds; no limit where left out.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description=_KEY)

    def variables(self) -> tuple[tuple[str, str], ...]:
        """The environment as pairs."""
        return tuple((variable.name, variable.value) for variable in self.env)


@strawberry.input
class Surroundings(RunInput):
    """What code and commands of a project are run with."""

    sandbox_id: strawberry.ID = strawberry.field(
        description="The sandbox to run in. One that is still starting will do: the execution waits for it."
    )

    def sandbox(self) -> ObjectId:
        """The key of the sandbox; InvalidInput on `sandboxId`."""
        return object_id(self.sandbox_id, "Sandbox", ("sandboxId",))


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
            stdin=text_bytes(self.stdin, "stdin"),
            env=self.variables(),
            timeout_ms=self.timeout_ms,
            idle_timeout_ms=self.idle_timeout_ms,
            stdin_open=self.stdin_open,
        )


@strawberry.input(description="What to run with `runCommand`.")
class RunCommandInput(Surroundings):
    """A command line and its surroundings."""

    command: str = strawberry.field(description="The command line, run by `bash`, at most 256 KiB.")
    cwd: str = strawberry.field(default=".", description="The folder to run in, relative to the project folder.")

    background: bool = strawberry.field(
        default=False,
        description=(
            "Whether it runs beside the others, as a server does: without a time limit unless `timeoutMs` asks for "
            "one, until it ends, is cancelled, or its sandbox ends. At most 8 in a sandbox, in places of their own. "
            "What it prints or is fed keeps the sandbox from being stopped as idle; that it runs does not."
        ),
    )

    def to_request(self) -> CommandRequest:
        """The request for the service; InvalidInput on `sandboxId`."""
        return CommandRequest(
            sandbox_id=self.sandbox(),
            command=self.command,
            cwd=self.cwd,
            args=tuple(self.args),
            stdin=text_bytes(self.stdin, "stdin"),
            env=self.variables(),
            timeout_ms=self.timeout_ms,
            idle_timeout_ms=self.idle_timeout_ms,
            stdin_open=self.stdin_open,
            background=self.background,
        )


@strawberry.input(description="A file beside the code of `quickExecute`.")
class QuickExecuteFileInput:
    """A file on its way."""

    path: str = strawberry.field(description="Its path relative to the folder that the code runs in.")
    content: str | None = strawberry.field(default=None, description="Its text, kept as UTF-8.")
    base64: str | None = strawberry.field(default=None, description="Its bytes, in base64, instead of `content`.")
    executable: bool = strawberry.field(default=False, description="Whether it can be run as a program.")

    def to_file(self) -> SandboxFile:
        """The file; InvalidInput on its content."""
        return SandboxFile(self.path, given_bytes(self.content, self.base64, "content", optional=True), self.executable)


@strawberry.input(description="What to run with `quickExecute`.")
class QuickExecuteInput(RunInput):
    """Source text, what it needs, and its surroundings."""

    language: ExecutionLanguage = strawberry.field(description="The language of the code.")
    code: str = strawberry.field(description="The source text, at most 256 KiB.")
    files: list[QuickExecuteFileInput] = strawberry.field(
        default_factory=list, description="Files beside it, at most 100, with 4 MiB in all."
    )
    dependencies: list[str] = strawberry.field(
        default_factory=list,
        description=(
            "Packages to install first, of Python, JavaScript and TypeScript: names, maybe with versions, such as "
            "`numpy>=1.26` or `lodash@^4`, at most 50. UNSUPPORTED where this server's sandboxes have no network. "
            "The time that it takes counts."
        ),
    )
    provider: SandboxProviderName | None = strawberry.field(
        default=None, description="Who runs it; the server's default where left out."
    )

    def to_request(self) -> QuickRequest:
        """The request for the service; InvalidInput."""
        return QuickRequest(
            language=self.language,
            code=self.code,
            files=tuple(file.to_file() for file in self.files),
            dependencies=tuple(self.dependencies),
            args=tuple(self.args),
            stdin=text_bytes(self.stdin, "stdin"),
            env=self.variables(),
            timeout_ms=self.timeout_ms,
            idle_timeout_ms=self.idle_timeout_ms,
            stdin_open=self.stdin_open,
            provider=self.provider,
        )


@strawberry.input(description="Which execution to end with `cancelExecution`.")
class CancelExecutionInput:
    """An execution to cancel."""

    execution_id: strawberry.ID = strawberry.field(description="The execution.")


@strawberry.input(description="What to feed an execution with `sendExecutionInput`.")
class SendExecutionInputInput:
    """Bytes for standard input."""

    execution_id: strawberry.ID = strawberry.field(
        description="The execution, begun with `stdinOpen`. One that is still QUEUED gets it when it starts."
    )
    text: str | None = strawberry.field(
        default=None, description="Text, sent as UTF-8, at most 64 KiB; a line's end is yours to add."
    )
    base64: str | None = strawberry.field(default=None, description="The same as bytes, in base64, instead of `text`.")
    close: bool = strawberry.field(default=False, description="Whether standard input ends behind it.")

    def to_bytes(self) -> bytes:
        """What to send; InvalidInput on `text` or `base64`."""
        return given_bytes(self.text, self.base64, "text", optional=True)
