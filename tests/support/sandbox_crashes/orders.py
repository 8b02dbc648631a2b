"""What goes from the test to the process that is killed."""

import json
from dataclasses import asdict, dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Order:
    """Where to live, and at which step to die; 0 lives to the end. `runs` has it run a command on this host instead of
    machines on paper.
    """

    uri: str
    database: str
    folder: str
    project: str
    step: int
    runs: bool = False

    def to_line(self) -> bytes:
        """It on a line."""
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def from_line(cls, line: str) -> Self:
        """What `to_line` wrote."""
        return cls(**json.loads(line))
