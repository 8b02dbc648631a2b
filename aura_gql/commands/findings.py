"""What a check of the doctor found, and how it is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How bad it is: only FAILED keeps the server from working."""

    OK = "ok"
    WARNING = "warn"
    FAILED = "FAIL"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fact about one subject, with what to do where it is not well."""

    subject: str
    state: State
    detail: str
    advice: str = ""

    def lines(self, width: int) -> list[str]:
        """The finding as text, its subject padded to `width`."""
        indent = " " * (width + 7)
        first, *rest = self.detail.splitlines() or [""]
        told = [f"{self.state:<4}  {self.subject:<{width}} {first}", *(indent + line for line in rest)]
        return [*told, *(f"{indent}-> {line}" for line in self.advice.splitlines())]


def report(findings: Sequence[Finding]) -> str:
    """Every finding and a last line that sums them up."""
    width = max((len(finding.subject) for finding in findings), default=0)
    lines = [line for finding in findings for line in finding.lines(width)]
    failed = [finding.subject for finding in findings if finding.state is State.FAILED]
    last = f"Not ready: {', '.join(failed)}." if failed else "Everything that the server needs works."
    return "\n".join([*lines, "", last])
