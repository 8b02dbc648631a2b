"""The SDK's own objects for machines, through which everything about one is asked, kept to be used again."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from aura_gql.sandboxes.errors import SandboxGone
from aura_gql.sandboxes.providers.daytona.failures import GONE
from aura_gql.sandboxes.providers.daytona.machines import name_of, request_of, state_of
from aura_gql.sandboxes.providers.daytona.sdk import DaytonaClient
from aura_gql.sandboxes.providers.remote.errors import VendorDown
from aura_gql.sandboxes.providers.remote.values import MachineState, MachineWish

_MAX_KEPT: Final = 256
_MAX_LISTED: Final = 20_000
_NOT_THERE: Final = (404, 410)


class DaytonaSandboxes:
    """Makes, finds and keeps them. Raises what the SDK raises, and SandboxGone."""

    def __init__(self, client: DaytonaClient, max_lifetime_s: int) -> None:
        self._client, self._max_lifetime_s = client, max_lifetime_s
        self._kept = dict[str, Any]()

    async def make(self, wish: MachineWish) -> tuple[Any, bool]:
        """A machine that runs, and whether this request made it: where its name is taken, an earlier one has, whose
        answer was lost.
        """
        client = await self._client.open()
        from daytona import CreateSandboxFromSnapshotParams, DaytonaConflictError, DaytonaError  # noqa: PLC0415

        try:
            # The caller sees to the time.
            made = await client.create(
                CreateSandboxFromSnapshotParams(**request_of(wish, self._max_lifetime_s)), timeout=0
            )
        except DaytonaConflictError as error:
            if "already exists" not in str(error):
                raise
            try:
                found = await client.get(name_of(wish))
                await found.wait_for_sandbox_start(timeout=0)
            except DaytonaError as untold:
                _check_found(untold)
                raise
            return self._keep(found), False
        except DaytonaError as error:
            if error.status_code is None:
                await self._remove_failed(client, wish)
            elif _is_behind_creation(error):
                _check_found(error)
            raise
        return self._keep(made), True

    async def fresh(self, machine_id: str) -> Any:
        """A machine as it is now. SandboxGone where it has ended."""
        client, found = await self._client.open(), self._kept.get(machine_id)
        try:
            # The SDK has each of its objects follow the machine's events for minutes: another is made only if need be.
            if found is None:
                found = await client.get(machine_id)
            else:
                await found.refresh_data()
            if state_of(found.state) is MachineState.ENDED:
                raise SandboxGone(GONE)
        except Exception:
            self.forget(machine_id)
            raise
        return self._keep(found)

    async def remains_of(self, machine_id: str) -> Any | None:
        """A machine, or what is left of one, that can be ended."""
        client = await self._client.open()
        from daytona import DaytonaNotFoundError  # noqa: PLC0415

        try:
            found = await client.get(machine_id)
        except DaytonaNotFoundError:
            return None
        return None if str(found.state.value).startswith("destroy") else found

    async def list(self, labels: Mapping[str, str], page: int) -> Sequence[Any]:
        """All machines with these labels, asked for in pages of this size."""
        client = await self._client.open()
        from daytona import ListSandboxesQuery  # noqa: PLC0415

        found: list[Any] = []
        async for sandbox in client.list(ListSandboxesQuery(labels=dict(labels), limit=page)):
            found.append(sandbox)
            if len(found) > _MAX_LISTED:
                raise VendorDown("Daytona lists machines without an end.")
        return found

    async def known(self, machine_id: str) -> Any:
        """A machine as it was when it was last asked about."""
        return self._kept.get(machine_id) or await self.fresh(machine_id)

    def forget(self, machine_id: str) -> None:
        """Ask about it again the next time."""
        self._kept.pop(machine_id, None)

    def _keep(self, sandbox: Any) -> Any:
        self._kept.pop(sandbox.id, None)
        self._kept[sandbox.id] = sandbox
        if len(self._kept) > _MAX_KEPT:
            del self._kept[next(iter(self._kept))]
        return sandbox

    async def _remove_failed(self, client: Any, wish: MachineWish) -> None:
        """What was made but does not come up can't be used, and would be paid for until its clock ends it."""
        with suppress(Exception):
            found = await client.get(name_of(wish))
            if state_of(found.state) is MachineState.ENDED:
                await found.delete(timeout=0)


def _is_behind_creation(error: BaseException) -> bool:
    """Whether the vendor had made the machine when the SDK's creation failed. Which step failed it does not tell, but
    it notes the new machine's id in a frame that the error came through.
    """
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_locals.get("created"):
            return True
        trace = trace.tb_next
    return False


def _check_found(error: Any) -> None:
    """VendorDown for an error about a machine that is there, unless it says that it is not."""
    if error.status_code not in _NOT_THERE:
        raise VendorDown("Daytona made a machine and does not tell of it.") from error
