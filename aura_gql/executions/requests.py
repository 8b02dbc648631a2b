"""Checking what a user asks to run, and what that comes down to."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from bson import ObjectId

from aura_gql.executions.dependencies import install_steps, run_environment
from aura_gql.executions.languages import LIVE_OUTPUT_ENV, script_path, shell_argv
from aura_gql.executions.records import (
    CodeRequest,
    CommandRequest,
    ExecutionKind,
    ExecutionLanguage,
    ExecutionLimits,
    QuickRequest,
)
from aura_gql.executions.toolchains import Toolchain
from aura_gql.files.paths import check_beside, clean_path, path_key
from aura_gql.kernel.errors import InvalidInput
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.checks import folder_in_project, require_text
from aura_gql.sandboxes.values import Command, SandboxFile

_ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NOT_MADE_YET = ObjectId(b"\0" * 12)


@dataclass(frozen=True, slots=True)
class ExecutionPlan:
    """A checked request. `source` is the code or the shell line; `asked_timeout_ms` None left it to the server.
    `timeout_ms` None is no limit.

    Of one that `is_temporary` the sandbox is not known before it is made. `toolchain` runs the code, once it is known
    what there is in the sandbox.
    """

    sandbox_id: ObjectId
    kind: ExecutionKind
    language: ExecutionLanguage | None
    source: str
    cwd: str
    args: tuple[str, ...]
    stdin: bytes
    stdin_open: bool
    env: Mapping[str, str]
    timeout_ms: int | None
    idle_timeout_ms: int | None
    background: bool
    asked_timeout_ms: int | None = None
    toolchain: Toolchain | None = None
    files: tuple[SandboxFile, ...] = ()
    dependencies: tuple[str, ...] = ()
    provider: SandboxProviderName | None = None
    is_temporary: bool = False

    def fingerprint(self) -> dict[str, object]:
        """What makes two requests the same one, as JSON-able values; secrets in it only as digests."""
        secrets = "\0".join(f"{name}={value}" for name, value in sorted(self.env.items()))
        fingerprint: dict[str, object] = {
            "sandboxId": str(self.sandbox_id),
            "kind": self.kind.value,
            "language": None if self.language is None else self.language.value,
            "source": self.source,
            "cwd": self.cwd,
            "args": list(self.args),
            "stdin": hashlib.sha256(self.stdin).hexdigest(),
            "env": hashlib.sha256(secrets.encode()).hexdigest(),
            # Not what it comes to: a server that starts again with another default must know the request again.
            "timeoutMs": self.asked_timeout_ms,
        }
        # Only where they are used: requests from before there were such must be known again.
        later = {
            "stdinOpen": self.stdin_open,
            "idleTimeoutMs": self.idle_timeout_ms,
            "background": self.background,
            "files": [[file.path, hashlib.sha256(file.data).hexdigest(), file.executable] for file in self.files],
            "dependencies": list(self.dependencies),
            "provider": self.provider and self.provider.value,
        }
        return fingerprint | {name: value for name, value in later.items() if value}

    def script(self, execution_id: ObjectId) -> SandboxFile | None:
        """The file that the code is run from; None for a command."""
        if self.language is None:
            return None
        return SandboxFile(script_path(self.language, execution_id), self.source.encode())

    def command(self, script: SandboxFile | None) -> Command:
        """The process to start."""
        if self.toolchain is None or script is None:
            argv = shell_argv(self.source, self.args)
        else:
            argv = self.toolchain.command(script.path, self.args)
        env = {**LIVE_OUTPUT_ENV, **self.env}
        if self.language is not None:
            env = {**run_environment(self.language, self.dependencies), **env}
        return Command(argv=argv, cwd=self.cwd, env=env)


def plan_code(request: CodeRequest, limits: ExecutionLimits) -> ExecutionPlan:
    """The plan for a piece of code; InvalidInput."""
    require_text("code", [request.code], limits.max_code_bytes, allow_nul=True)
    return _plan(request, ExecutionKind.CODE, request.language, request.code, ".", limits)


def plan_quick(request: QuickRequest, limits: ExecutionLimits) -> ExecutionPlan:
    """The plan for a piece of code with a sandbox of its own; InvalidInput, Unsupported for `dependencies`."""
    install_steps(request.language, request.dependencies)
    code = CodeRequest(
        sandbox_id=_NOT_MADE_YET,
        language=request.language,
        code=request.code,
        args=request.args,
        stdin=request.stdin,
        env=request.env,
        timeout_ms=request.timeout_ms,
        idle_timeout_ms=request.idle_timeout_ms,
        stdin_open=request.stdin_open,
    )
    return replace(
        plan_code(code, limits),
        files=_checked_files(request.files, limits),
        dependencies=request.dependencies,
        provider=request.provider,
        is_temporary=True,
    )


def plan_command(request: CommandRequest, limits: ExecutionLimits) -> ExecutionPlan:
    """The plan for a shell line; InvalidInput."""
    require_text("command", [request.command], limits.max_command_bytes)
    if not request.command.strip():
        raise InvalidInput("`command` is empty.", field=("command",))
    return _plan(request, ExecutionKind.COMMAND, None, request.command, folder_in_project(request.cwd), limits)


def _plan(
    request: CodeRequest | CommandRequest,
    kind: ExecutionKind,
    language: ExecutionLanguage | None,
    source: str,
    cwd: str,
    limits: ExecutionLimits,
) -> ExecutionPlan:
    background = isinstance(request, CommandRequest) and request.background
    _check_args(request.args, limits)
    if len(request.stdin) > limits.max_stdin_bytes:
        raise InvalidInput(f"`stdin` may have at most {limits.max_stdin_bytes} bytes.", field=("stdin",))
    return ExecutionPlan(
        sandbox_id=request.sandbox_id,
        kind=kind,
        language=language,
        source=source,
        cwd=cwd,
        args=request.args,
        stdin=request.stdin,
        stdin_open=request.stdin_open,
        env=_checked_env(request.env, limits),
        timeout_ms=_checked_timeout("timeoutMs", request.timeout_ms, limits)
        or (None if background else limits.default_timeout_ms),
        idle_timeout_ms=_checked_timeout("idleTimeoutMs", request.idle_timeout_ms, limits),
        background=background,
        asked_timeout_ms=request.timeout_ms,
    )


def _checked_files(files: Sequence[SandboxFile], limits: ExecutionLimits) -> tuple[SandboxFile, ...]:
    if len(files) > limits.max_files:
        raise InvalidInput(f"There may be at most {limits.max_files} `files`.", field=("files",))
    if (size := sum(len(file.data) for file in files)) > limits.max_files_bytes:
        message = f"`files` may have at most {limits.max_files_bytes} bytes in all; they have {size}."
        raise InvalidInput(message, field=("files",))
    checked = [
        replace(file, path=clean_path(file.path, ("files", str(place), "path"))) for place, file in enumerate(files)
    ]
    ordered = sorted((path_key(file.path), file.path, place) for place, file in enumerate(checked))
    for (_, before, _), (_, path, place) in pairwise(ordered):
        check_beside(path, [before], ("files", str(place), "path"))
    return tuple(checked)


def _check_args(args: Sequence[str], limits: ExecutionLimits) -> None:
    if len(args) > limits.max_args:
        raise InvalidInput(f"`args` may have at most {limits.max_args} entries.", field=("args",))
    for arg in args:
        require_text("args", [arg], limits.max_arg_bytes, label="An entry of `args`")


def _checked_env(env: Sequence[tuple[str, str]], limits: ExecutionLimits) -> dict[str, str]:
    if len(env) > limits.max_env:
        raise InvalidInput(f"`env` may have at most {limits.max_env} entries.", field=("env",))
    for name, value in env:
        if not _ENV_NAME.fullmatch(name) or len(name) > limits.max_arg_bytes:
            message = "A name in `env` has letters, digits and underscores, and begins with no digit."
            raise InvalidInput(message, field=("env",))
        require_text("env", [value], limits.max_env_bytes, label=f"The value of `{name}` in `env`")
    if sum(len(name) + len(value.encode()) for name, value in env) > limits.max_env_bytes:
        raise InvalidInput(f"`env` may have at most {limits.max_env_bytes} bytes in all.", field=("env",))
    return dict(env)


def _checked_timeout(name: str, timeout_ms: int | None, limits: ExecutionLimits) -> int | None:
    if timeout_ms is not None and not 1 <= timeout_ms <= limits.max_timeout_ms:
        raise InvalidInput(f"`{name}` is from 1 to {limits.max_timeout_ms}.", field=(name,))
    return timeout_ms
