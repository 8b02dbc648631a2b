"""What a comparison finds; sizes in bytes."""

from dataclasses import dataclass, field
from enum import StrEnum


class Trouble(StrEnum):
    """What is wrong."""

    MISSING = "MISSING"
    """A blob that is named is not there."""

    WRONG_SIZE = "WRONG_SIZE"
    """A blob has another size than what names it says."""

    DAMAGED = "DAMAGED"
    """A blob does not have the bytes that it is named for."""

    ORPHAN = "ORPHAN"
    """Nothing names a blob."""

    MISCOUNTED_PROJECT = "MISCOUNTED_PROJECT"
    """The totals of a project are not those of its files."""

    MISCOUNTED_USER = "MISCOUNTED_USER"
    """The usage of a user is not that of his projects and archives."""

    @property
    def is_loss(self) -> bool:
        """Whether somebody misses something."""
        return self in (Trouble.MISSING, Trouble.WRONG_SIZE, Trouble.DAMAGED)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, in words; `is_repaired` once nothing is left to do about it but for what is lost."""

    trouble: Trouble
    subject: str
    detail: str
    is_repaired: bool = False


@dataclass(slots=True)
class Tally:
    """What was looked at."""

    named: int = 0
    stored: int = 0
    stored_bytes: int = 0
    waiting: int = 0
    projects: int = 0
    users: int = 0
    found_again: int = 0
    problems: dict[Trouble, int] = field(default_factory=dict)

    def add(self, problem: Problem) -> None:
        """Count a problem."""
        self.problems[problem.trouble] = self.problems.get(problem.trouble, 0) + 1


@dataclass(frozen=True, slots=True)
class Miscount:
    """A count that is not right, in words, of a project or a user."""

    subject: str
    detail: str
