"""Running commands in any provider's sandbox and looking at what came of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aura_gql.sandboxes.ports import Process, Sandbox
from aura_gql.sandboxes.values import Command, ExitStatus, OutputStream


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that a finished command left."""

    stdout: bytes
    stderr: bytes
    status: ExitStatus

    @property
    def text(self) -> str:
        """What it printed, without the last line break."""
        return self.stdout.decode().rstrip("\n")


async def run(
    sandbox: Sandbox, *argv: str, stdin: bytes = b"", cwd: str = ".", env: Mapping[str, str] | None = None
) -> Outcome:
    """Run a command to its end."""
    process = await sandbox.start_process(Command(argv, cwd, env or {}))
    await process.write_stdin(stdin)
    await process.close_stdin()
    return await finished(process)


async def shell(sandbox: Sandbox, script: str) -> Outcome:
    """Run a shell script to its end."""
    return await run(sandbox, "sh", "-c", script)


async def python(sandbox: Sandbox, script: str, *args: str) -> Outcome:
    """Run a Python script to its end."""
    return await run(sandbox, "python3", "-c", script, *args)


async def finished(process: Process) -> Outcome:
    """Read all that it prints, and how it ended."""
    printed: dict[OutputStream, list[bytes]] = {OutputStream.STDOUT: [], OutputStream.STDERR: []}
    async for piece in process.output():
        printed[piece.stream].append(piece.data)
    status = await process.wait()
    return Outcome(b"".join(printed[OutputStream.STDOUT]), b"".join(printed[OutputStream.STDERR]), status)


async def first_line(process: Process) -> str:
    """The first line that it prints; for scripts that say when they are ready."""
    seen = b""
    async for piece in process.output():
        seen += piece.data
        if b"\n" in seen:
            break
    return seen.split(b"\n", 1)[0].decode()


async def alive(sandbox: Sandbox, pid: str) -> bool:
    """Whether a process of the sandbox is there, asked from inside."""
    return (await run(sandbox, "sh", "-c", f"kill -0 {pid}")).status.exit_code == 0


def argv_of(script: str) -> Sequence[str]:
    """A shell script as a command."""
    return ["sh", "-c", script]
