"""What goes from the test to the process that is killed."""

import json
from dataclasses import asdict, dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Order:
    """Where to live, and at which step to die; 0 lives to the end. `provider` has the machines; a vendor's are at
    `address`, which is the folder of one on paper. On this host a command runs in them.
    """

    uri: str
    database: str
    folder: str
    project: str
    step: int
    provider: str = "LOCAL"
    address: str = ""

    def to_line(self) -> bytes:
        """It on a line."""
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def from_line(cls, line: str) -> Self:
        """What `to_line` wrote."""
        return cls(**json.loads(line))
