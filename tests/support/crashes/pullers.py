"""A writer whose files come from the disk of a sandbox."""

import base64
import json
from collections.abc import Iterable
from typing import Self

from bson import ObjectId

from aura_gql.files.records import FileRecord
from aura_gql.sandboxes.ports import Sandbox
from aura_gql.sandboxes.syncing.values import SyncDirection
from tests.support.crashes.words import MANIFESTS, Promise, digest
from tests.support.crashes.writers import User, Writer
from tests.support.processes import shell

_MANIFEST = f"{MANIFESTS}/pulls.json"


class Puller(Writer):
    """Has code change some files in a sandbox, with one that tells what shall have become of all of them, and syncs."""

    folder = "pulls"

    def __init__(self, user: User, tree: Iterable[FileRecord], sandbox_id: ObjectId) -> None:
        """Begin with the files that are there, in a sandbox of the project."""
        super().__init__(user, tree)
        self._sandbox_id = sandbox_id

    @classmethod
    async def start(cls, user: User, tree: Iterable[FileRecord]) -> Self:
        """One with a sandbox of its own, which starts meanwhile."""
        record = await user.services.sandboxes.create(user.id, user.project_id)
        return cls(user, tree, record.id)

    async def write(self) -> Promise:
        """As the base says; what the project had got in the meantime stays as it is."""
        user = self._user
        machine = await user.services.sandboxes.attach(self._sandbox_id)
        wanted = await self._run_code(machine)
        synced = user.services.sandboxes.syncs.sync(
            user.id, self._sandbox_id, SyncDirection.TO_PROJECT, [self.folder, _MANIFEST]
        )
        _, report = await synced
        if sorted([*report.changed, *report.deleted]) != sorted([*wanted, _MANIFEST]):
            raise RuntimeError(f"{report} instead of {wanted}")
        there = await user.services.files.find_many([(user.project_id, path) for path in (_MANIFEST, *wanted)])
        found = {path: file for (_, path), file in there.items()}
        files: dict[str, tuple[int, str | None]] = {path: (file.version, file.sha256) for path, file in found.items()}
        files |= {path: (self._there[path][0] + 1, None) for path in report.deleted}
        return self._promise(found[_MANIFEST].revision, files)

    async def _run_code(self, machine: Sandbox) -> dict[str, str | None]:
        """Change files on the disk; what is there then, None for what is not."""
        chance, wanted, script = self._user.chance, dict[str, str | None](), [f"mkdir -p {self.folder} {MANIFESTS}"]
        for path in self._paths(3):
            if path in self._there and chance.randrange(2):
                wanted[path] = None
                script.append(f"rm {path}")
            else:
                data = chance.randbytes(200)
                wanted[path] = digest(data)
                script.append(_written(path, data))
        told = json.dumps({"salt": chance.random(), "files": wanted}).encode()
        outcome = await shell(machine, " && ".join([*script, _written(_MANIFEST, told)]))
        if outcome.status.exit_code != 0:
            raise RuntimeError(outcome.stderr.decode())
        return wanted


def _written(path: str, data: bytes) -> str:
    return f"echo {base64.b64encode(data).decode()} | base64 -d > {path}"
