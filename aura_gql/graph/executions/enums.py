"""The executions room's enums, described for the schema."""

from aura_gql.executions.records import ExecutionErrorType, ExecutionKind, ExecutionLanguage, ExecutionStatus
from aura_gql.graph.enums import publish_enum
from aura_gql.sandboxes.values import OutputStream

__all__ = ["ExecutionErrorType", "ExecutionKind", "ExecutionLanguage", "ExecutionStatus", "OutputStream"]

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
        ExecutionErrorType.RUNTIME: "The process ended with another exit code than 0, or by a signal.",
        ExecutionErrorType.TIMEOUT: "It ran longer than `timeoutMs` and was stopped.",
        ExecutionErrorType.MEMORY: "It needed more memory than the sandbox has.",
        ExecutionErrorType.OUTPUT_LIMIT: "It printed more than the server keeps and was stopped.",
        ExecutionErrorType.CANCELLED: "Somebody stopped it, or its sandbox.",
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
    "A language that `executeCode` runs.",
    {
        ExecutionLanguage.PYTHON: "Python 3.",
        ExecutionLanguage.JAVASCRIPT: "JavaScript on Node.js.",
        ExecutionLanguage.BASH: "GNU Bash.",
    },
)
publish_enum(
    OutputStream,
    "Which of its two outputs a process wrote to.",
    {OutputStream.STDOUT: "Standard output.", OutputStream.STDERR: "Standard error."},
)
