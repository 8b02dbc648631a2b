"""What a comparison of the storage found, and how it is told."""

from dataclasses import dataclass, field

from aura_gql.commands.findings import Finding, State
from aura_gql.storage.verifying.records import Problem, Tally, Trouble

_KEPT = 1_000
_WORDS = {
    Trouble.MISSING: "missing",
    Trouble.WRONG_SIZE: "wrong size",
    Trouble.DAMAGED: "damaged",
    Trouble.ORPHAN: "orphan",
    Trouble.MISCOUNTED_PROJECT: "miscounted",
    Trouble.MISCOUNTED_USER: "miscounted",
}
_MISCOUNTS = (Trouble.MISCOUNTED_PROJECT, Trouble.MISCOUNTED_USER)
_REPAIRS = {
    Trouble.MISSING: "marked",
    Trouble.WRONG_SIZE: "marked",
    Trouble.DAMAGED: "marked",
    Trouble.ORPHAN: "condemned",
}
_LOST = "Bring these bytes back from a backup of the store; what names them stays as it is."
_WIDTH = 8


def state_of(problem: Problem) -> State:
    """How bad it is: what is lost stays so however much is repaired, and orphans only cost room."""
    if problem.trouble.is_loss:
        return State.FAILED
    if problem.trouble is Trouble.ORPHAN or problem.is_repaired:
        return State.WARNING
    return State.FAILED


def line_of(problem: Problem) -> str:
    """One problem as text."""
    done = f"; {_REPAIRS.get(problem.trouble, 'corrected')}" if problem.is_repaired else ""
    return f"{state_of(problem):<4}  {_WORDS[problem.trouble]} {problem.subject}: {problem.detail}{done}"


@dataclass
class StorageReport:
    """What was found so far; of the problems themselves it keeps the first thousand."""

    is_failed: bool = False
    left_out: int = 0
    _kept: list[Problem] = field(default_factory=list)
    _miscounts: State = State.OK

    def add(self, problem: Problem) -> None:
        """Take in a problem."""
        state = state_of(problem)
        self.is_failed |= state is State.FAILED
        if problem.trouble in _MISCOUNTS and self._miscounts is not State.FAILED:
            self._miscounts = state
        if len(self._kept) < _KEPT:
            self._kept.append(problem)
        else:
            self.left_out += 1

    def summary(self, tally: Tally) -> str:
        """What was looked at, and a last line that sums it up."""
        counts = tally.problems
        losses = sum(count for trouble, count in counts.items() if trouble.is_loss)
        orphans, projects = counts.get(Trouble.ORPHAN, 0), counts.get(Trouble.MISCOUNTED_PROJECT, 0)
        users = counts.get(Trouble.MISCOUNTED_USER, 0)
        again = f"; {tally.found_again:,} that were lost are there again" if tally.found_again else ""
        findings = [
            Finding(
                "Named",
                State.FAILED if losses else State.OK,
                f"{tally.named:,} blobs are named by files, versions and archives, {losses:,} are lost{again}",
                _LOST if losses else "",
            ),
            Finding(
                "Stored",
                State.WARNING if orphans else State.OK,
                f"{tally.stored:,} blobs of {tally.stored_bytes:,} bytes, nothing names {orphans:,};"
                f" {tally.waiting:,} more wait to be removed",
            ),
            Finding(
                "Counted",
                self._miscounts,
                f"{tally.projects:,} projects and {tally.users:,} users, {projects + users:,} wrong",
            ),
        ]
        lines = [line for finding in findings for line in finding.lines(_WIDTH)]
        last = "Something is not in order." if self.is_failed else "Everything that is named is there."
        return "\n".join([*lines, "", last])

    def as_json(self, tally: Tally) -> dict[str, object]:
        """The same for programs."""
        return {
            "ok": not self.is_failed,
            "named": tally.named,
            "stored": tally.stored,
            "storedBytes": tally.stored_bytes,
            "waiting": tally.waiting,
            "projects": tally.projects,
            "users": tally.users,
            "foundAgain": tally.found_again,
            "counts": {trouble.value: tally.problems.get(trouble, 0) for trouble in Trouble},
            "problems": [
                {
                    "trouble": problem.trouble.value,
                    "subject": problem.subject,
                    "detail": problem.detail,
                    "isRepaired": problem.is_repaired,
                }
                for problem in self._kept
            ],
            "problemsLeftOut": self.left_out,
        }
