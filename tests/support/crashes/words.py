"""What goes between the test, the process that forks, and the one that is killed: lines of JSON."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

MANIFESTS = "manifests"
SAVES = "saves"


@dataclass(frozen=True, slots=True)
class Order:
    """What a process is to write to, until it is killed. `seed` decides what it does. With `syncs` it has sandboxes,
    whose start takes its time.
    """

    uri: str
    database: str
    folder: str
    owner: str
    projects: tuple[str, ...]
    seed: int
    syncs: bool

    def to_line(self) -> bytes:
        """It on a line."""
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def from_line(cls, line: str) -> Self:
        """What `to_line` wrote."""
        return cls(**json.loads(line))


@dataclass(frozen=True, slots=True)
class Promise:
    """A write that was acknowledged: the versions that it made, with the SHA-256 of each, None for a deletion."""

    project: str
    revision: int
    files: Mapping[str, tuple[int, str | None]]

    def to_line(self) -> bytes:
        """It on a line, which a pipe takes whole."""
        return json.dumps({"promise": asdict(self)}).encode() + b"\n"

    @classmethod
    def from_stored(cls, stored: Any) -> Self:
        """What `to_line` wrote."""
        files = {path: (version, sha256) for path, (version, sha256) in stored["files"].items()}
        return cls(stored["project"], stored["revision"], files)


@dataclass(frozen=True, slots=True)
class ArchivePromise:
    """An archive that was COMPLETED, with the SHA-256 of its bytes; None once its removal has been asked for."""

    archive: str
    sha256: str | None

    def to_line(self) -> bytes:
        """It on a line."""
        return json.dumps({"archive": asdict(self)}).encode() + b"\n"


def digest(data: bytes) -> str:
    """The SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
