"""The executions room's enums, described for the schema."""

from aura_gql.executions.records import (
    ExecutionErrorType,
    ExecutionKind,
    ExecutionLanguage,
    ExecutionStatus,
    TimeoutClock,
)
from aura_gql.graph.enums import publish_enum
from aura_gql.sandboxes.values import OutputStream

__all__ = [
    "ExecutionErrorType",
    "ExecutionKind",
    "ExecutionLanguage",
    "ExecutionStatus",
    "OutputStream",
    "TimeoutClock",
]

publish_enum(
    ExecutionStatus,
    "Where an execution is in its life. The last four values are the end.",
    {
        ExecutionStatus.QUEUED: "Waits for its sandbox to run, or for a free place in it.",
        ExecutionStatus.RUNNING: "The process runs.",
        ExecutionStatus.COMPLETED: "The process ended with exit code 0.",
        ExecutionStatus.FAILED: "The process ended otherwise, or never started; `errorType` says how.",
        ExecutionStatus.CANCELLED: "Somebody stopped it.",
        ExecutionStatus.LOST: "Its machine or its server went away; how it ended is not known.",
    },
)
publish_enum(
    ExecutionErrorType,
    "Why an execution did not complete.",
    {
        ExecutionErrorType.SYNTAX: (
            "The code itself is not valid: its language's own checker or compiler says so, and none of it ran. A fault "
            "in a file that it imports is RUNTIME."
        ),
        ExecutionErrorType.RUNTIME: (
            "The process ended with another exit code than 0, or by a signal. So does a program that was refused "
            "memory and gave up by itself, as with Python's `MemoryError`."
        ),
        ExecutionErrorType.TIMEOUT: "A clock stopped it; `timeoutClock` says which.",
        ExecutionErrorType.MEMORY: "It was ended for needing more memory than the sandbox has, or its compiler was.",
        ExecutionErrorType.OUTPUT_LIMIT: "It printed more than the server keeps and was stopped.",
        ExecutionErrorType.CANCELLED: "Somebody stopped it, or its sandbox, or the server shut down.",
        ExecutionErrorType.LOST: "Its machine or its server went away.",
        ExecutionErrorType.SETUP: "It could not be started; `errorMessage` says why.",
    },
)
publish_enum(
    ExecutionKind,
    "What was asked to run.",
    {
        ExecutionKind.CODE: "Source text, run by the interpreter of its language.",
        ExecutionKind.COMMAND: "A command line, run by the shell.",
    },
)
publish_enum(
    ExecutionLanguage,
    "A language that `executeCode` and `quickExecute` run where `SandboxProvider.languages` has it as available.",
    {
        ExecutionLanguage.PYTHON: "Python 3.",
        ExecutionLanguage.JAVASCRIPT: "JavaScript on Node.js.",
        ExecutionLanguage.TYPESCRIPT: "TypeScript on Node.js; types are removed, not checked.",
        ExecutionLanguage.BASH: "GNU Bash.",
        ExecutionLanguage.RUBY: "Ruby.",
        ExecutionLanguage.GO: "Go: a file of package `main`, compiled and run.",
        ExecutionLanguage.RUST: "Rust: one file with a `main`, compiled and run.",
        ExecutionLanguage.C: "C, compiled and run.",
        ExecutionLanguage.CPP: "C++, compiled and run.",
        ExecutionLanguage.JAVA: "Java: the first class of the file has the `main`.",
        ExecutionLanguage.PHP: "PHP: the file begins with `<?php`.",
    },
)
publish_enum(
    OutputStream,
    "Which of its two outputs a process wrote to.",
    {OutputStream.STDOUT: "Standard output.", OutputStream.STDERR: "Standard error."},
)
publish_enum(
    TimeoutClock,
    "Which clock stopped an execution.",
    {
        TimeoutClock.EXECUTION: "It ran longer than `timeoutMs`.",
        TimeoutClock.IDLE: (
            "It printed nothing and was fed nothing for `idleTimeoutMs`; or, in the background, so long that its "
            "sandbox was stopped as idle."
        ),
        TimeoutClock.LIFETIME: "Its sandbox reached the end of its lifetime.",
    },
)
