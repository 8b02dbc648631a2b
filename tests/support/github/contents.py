"""What is in an archive of starters, read without any of our own code."""

import io
import json
import tarfile
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

_KINDS = {
    "dependencies": "RUNTIME",
    "devDependencies": "DEVELOPMENT",
    "peerDependencies": "PEER",
    "optionalDependencies": "OPTIONAL",
}
_NO_STARTERS = ("test", "_scripts", ".github")


@dataclass(frozen=True, slots=True)
class Starter:
    """The files of a folder by their paths in it, and which of them are executable."""

    files: dict[str, bytes] = field(default_factory=dict)
    executable: set[str] = field(default_factory=set)

    @property
    def dependencies(self) -> set[tuple[str, str, str]]:
        """Name, version and kind of every package that its manifest asks for."""
        manifest = json.loads(self.files.get("package.json", b"{}"))
        return {
            (name, version, kind)
            for section, kind in _KINDS.items()
            for name, version in manifest.get(section, {}).items()
        }

    @property
    def readme(self) -> str | None:
        """The text of its README, whatever its case; None where it has none."""
        return next((data.decode() for path, data in self.files.items() if path.lower() == "readme.md"), None)


def starters_in(archive: bytes) -> Mapping[str, Starter]:
    """The starters of a repository by their folders, of its packed archive in GitHub's layout."""
    found: dict[str, Starter] = defaultdict(Starter)
    with tarfile.open(fileobj=io.BytesIO(archive)) as members:
        for member in members:
            _, _, below = member.name.partition("/")
            folder, _, path = below.partition("/")
            content = members.extractfile(member)
            if not path or content is None or folder in _NO_STARTERS:
                continue
            found[folder].files[path] = content.read()
            if member.mode & 0o100:
                found[folder].executable.add(path)
    return found
