"""What an attacker knows beforehand: everything but the secrets."""

import json
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Facts:
    """Where the targets are; pids are the host's."""

    folder: str = ""
    """The host's folder with the canaries."""
    handle: str = ""
    """The kernel's handle of the canary in hexadecimal digits, as one would guess it."""
    disk: int = 0
    """The device number of the host's disk."""
    pids: tuple[int, ...] = ()
    above: bool = False
    """Whether PID 1, and what started the attacker, may be attacked as well: not where they are the host's own."""
    doomed: tuple[int, ...] = ()
    """Processes whose only purpose is to be killed."""
    secret_at: int = 0
    note_at: int = 0
    """Addresses in the victim's memory: of a secret, and of a note that says `kept`."""
    tcp: int = 0
    tcp6: int = 0
    udp: int = 0
    abstract: str = ""
    socket: str = ""
    """The path of a Unix socket."""
    files: tuple[str, ...] = ()
    """Files of the victim, as it names them."""

    def dump(self) -> str:
        """As one argument of a command."""
        return json.dumps(asdict(self))

    @classmethod
    def load(cls, text: str) -> "Facts":
        """What `dump` made."""
        fields: dict[str, Any] = json.loads(text)
        for name, value in fields.items():
            fields[name] = tuple(value) if isinstance(value, list) else value
        return cls(**fields)
