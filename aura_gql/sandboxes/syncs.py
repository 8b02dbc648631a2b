"""Syncs that users ask for."""

from collections.abc import Mapping, Sequence

from bson import ObjectId

from aura_gql.files.paths import clean_path
from aura_gql.kernel.errors import InvalidInput
from aura_gql.sandboxes.documents import SandboxSession
from aura_gql.sandboxes.errors import SandboxNotFound, SandboxNotRunning
from aura_gql.sandboxes.records import SandboxRecord
from aura_gql.sandboxes.registry import SandboxRegistry
from aura_gql.sandboxes.syncing.records import SyncReport
from aura_gql.sandboxes.syncing.syncer import ProjectSyncer
from aura_gql.sandboxes.syncing.values import SyncDirection, SyncSide, Wants, everything

MAX_PATHS = 500


class SandboxSyncs:
    """Syncs of the machines that this process holds. Someone else's are not found."""

    def __init__(self, registry: SandboxRegistry, syncer: ProjectSyncer) -> None:
        self._registry = registry
        self._syncer = syncer

    async def sync(
        self,
        viewer_id: str,
        sandbox_id: ObjectId,
        direction: SyncDirection,
        paths: Sequence[str] | None = None,
        choices: Mapping[str, SyncSide] | None = None,
    ) -> tuple[SandboxRecord, SyncReport]:
        """Have one side get what the other changed; the sandbox as it is then, and what was done.

        `paths` are files and folders, None for all; `choices` say whose version a single file shall be on both sides:
        what the project's history does not have of the other side's is put there first. At most 500 of each.

        SandboxNotFound, SandboxNotRunning, InvalidPath, InvalidInput, SandboxGone, SandboxQuotaExceeded,
        ProviderUnavailable, and the errors of the project's limits.
        """
        record = await self._owned(viewer_id, sandbox_id)
        wants, chosen = _wanting(paths), _checked(choices or {})
        live = self._registry.get(sandbox_id)
        if live is None:
            where = "is starting, or another server holds it" if record.is_live else "is not running"
            raise SandboxNotRunning(f"The sandbox {where}.", field=("sandboxId",))
        report = await self._syncer.sync(sandbox_id, live, direction, wants, chosen)
        return await self._owned(viewer_id, sandbox_id), report

    async def _owned(self, viewer_id: str, sandbox_id: ObjectId) -> SandboxRecord:
        found = await SandboxSession.find_owned(viewer_id, [sandbox_id])
        if not found:
            raise SandboxNotFound("There is no sandbox with this id.")
        return found[0]


def _wanting(paths: Sequence[str] | None) -> Wants:
    if paths is None:
        return everything
    _check_count(len(paths), "paths")
    wanted = {clean_path(path, ("paths",)) for path in paths}

    def wants(path: str) -> bool:
        parts = path.split("/")
        return any("/".join(parts[: depth + 1]) in wanted for depth in range(len(parts)))

    return wants


def _checked(choices: Mapping[str, SyncSide]) -> dict[str, SyncSide]:
    _check_count(len(choices), "resolve")
    checked = {clean_path(path, ("resolve",)): side for path, side in choices.items()}
    if len(checked) < len(choices):
        raise InvalidInput("A path is named twice, spelled differently.", field=("resolve",))
    return checked


def _check_count(count: int, field: str) -> None:
    if count > MAX_PATHS:
        raise InvalidInput(
            f"`{field}` has at most {MAX_PATHS} entries; these are {count:,}.",
            field=(field,),
            details={"resource": field, "limit": MAX_PATHS, "used": count},
        )
