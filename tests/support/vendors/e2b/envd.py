"""The daemon in a sandbox: commands, over the service whose other side the SDK brings."""

import contextlib
import os
from collections.abc import AsyncIterator, Callable

from connectrpc.code import Code
from connectrpc.errors import ConnectError
from connectrpc.request import RequestContext
from e2b.envd.process import process_pb as pb
from e2b.envd.process.process_connect import Process
from protobuf import Oneof

from tests.support.vendors.e2b.commands import RunningCommand
from tests.support.vendors.e2b.machines import HOME, Machine
from tests.support.vendors.e2b.state import State
from tests.support.vendors.guests import GuestGone, GuestRefused

KEEPALIVE_S = 90.0
_SIGNALS = {pb.Signal.SIGKILL: 9, pb.Signal.SIGTERM: 15}


class Envd(Process):  # type: ignore[misc]
    """Of whatever machine a request is for, which `current` says. What is not here is answered UNIMPLEMENTED."""

    def __init__(self, state: State, current: Callable[[], Machine]) -> None:
        self._state, self._current = state, current

    async def start(
        self, request: pb.StartRequest, ctx: RequestContext[pb.StartRequest, pb.StartResponse]
    ) -> AsyncIterator[pb.StartResponse]:
        """Start a command and follow it. A timeout of the request is one of the command, which is killed then."""
        machine, config = self._current(), request.process
        if config is None or request.pty is not None:
            raise ConnectError(Code.UNIMPLEMENTED, "no terminals here")
        command = await self._started(machine, config, request)
        timeout_ms = ctx.timeout_ms
        self._state.spawn(self._run(machine, command, timeout_ms / 1000 if timeout_ms else None))
        async with contextlib.aclosing(command.follow(_keepalive_s(ctx))) as events:
            async for event in events:
                yield pb.StartResponse(event=event)

    async def connect(
        self, request: pb.ConnectRequest, ctx: RequestContext[pb.ConnectRequest, pb.ConnectResponse]
    ) -> AsyncIterator[pb.ConnectResponse]:
        """Follow a command from now on; of one that ended lately only the end is told."""
        machine, pid = self._current(), _pid(request.process)
        if (known := machine.ended.get(pid)) and pid not in machine.commands:
            yield pb.ConnectResponse(event=pb.ProcessEvent(event=Oneof("start", pb.ProcessEvent.StartEvent(pid=pid))))
            yield pb.ConnectResponse(event=known.end)
            return
        async with contextlib.aclosing(self._found(request.process).follow(_keepalive_s(ctx))) as events:
            async for event in events:
                yield pb.ConnectResponse(event=event)

    async def list(
        self, request: pb.ListRequest, ctx: RequestContext[pb.ListRequest, pb.ListResponse]
    ) -> pb.ListResponse:
        """What runs."""
        commands = self._current().commands.values()
        return pb.ListResponse(processes=[pb.ProcessInfo(config=each.config, pid=each.pid) for each in commands])

    async def send_input(
        self, request: pb.SendInputRequest, ctx: RequestContext[pb.SendInputRequest, pb.SendInputResponse]
    ) -> pb.SendInputResponse:
        """To stdin; waits while nobody reads it."""
        command = self._found(request.process)
        told = request.input.input if request.input is not None else None
        if told is None or told.field != "stdin" or not command.has_stdin:
            raise ConnectError(Code.INTERNAL, "error writing to stdin: stdin not enabled or closed")
        try:
            await command.process.write(told.value)
        except OSError as error:
            raise ConnectError(Code.INTERNAL, f"error writing to stdin: {error}") from error
        return pb.SendInputResponse()

    async def close_stdin(
        self, request: pb.CloseStdinRequest, ctx: RequestContext[pb.CloseStdinRequest, pb.CloseStdinResponse]
    ) -> pb.CloseStdinResponse:
        """End of input."""
        self._found(request.process).process.close_stdin()
        return pb.CloseStdinResponse()

    async def send_signal(
        self, request: pb.SendSignalRequest, ctx: RequestContext[pb.SendSignalRequest, pb.SendSignalResponse]
    ) -> pb.SendSignalResponse:
        """To the one process that was started, and to nothing that it started."""
        command = self._found(request.process)
        await self._current().guest.signal(command.pid, _SIGNALS[request.signal])
        return pb.SendSignalResponse()

    async def _started(self, machine: Machine, config: pb.ProcessConfig, request: pb.StartRequest) -> RunningCommand:
        folder = os.path.normpath(os.path.join(HOME, config.cwd if config.has_field("cwd") else ""))
        has_stdin = not request.has_field("stdin") or request.stdin
        try:
            process = await machine.guest.spawn(
                [config.cmd, *config.args], folder, {**machine.variables, **dict(config.envs)}
            )
        except GuestRefused as error:
            raise ConnectError(Code.INVALID_ARGUMENT, f"cwd '{folder}' does not exist") from error
        except GuestGone as error:
            raise ConnectError(Code.UNAVAILABLE, f"the connection to sandbox {machine.id} ended") from error
        if not has_stdin:
            process.close_stdin()
        command = RunningCommand(process, config, machine.guest, has_stdin=has_stdin)
        machine.commands[command.pid] = command
        return command

    async def _run(self, machine: Machine, command: RunningCommand, timeout_s: float | None) -> None:
        await command.run(timeout_s)
        machine.commands.pop(command.pid, None)
        machine.ended[command.pid] = command

    def _found(self, selector: pb.ProcessSelector | None) -> RunningCommand:
        pid = _pid(selector)
        if (command := self._current().commands.get(pid)) is None:
            raise ConnectError(Code.NOT_FOUND, f"process with pid {pid} not found")
        return command


def _pid(selector: pb.ProcessSelector | None) -> int:
    if selector is None or selector.selector is None or selector.selector.field != "pid":
        raise ConnectError(Code.UNIMPLEMENTED, "no tags here")
    return int(selector.selector.value)


def _keepalive_s(ctx: RequestContext[pb.StartRequest, pb.StartResponse]) -> float:
    return float(ctx.request_headers.get("keepalive-ping-interval") or KEEPALIVE_S)
