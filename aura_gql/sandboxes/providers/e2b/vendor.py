"""E2B as a vendor of machines: they are made, found, changed and ended, and there is a way to the agent inside."""

import shlex
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from weakref import WeakSet

from aura_gql.kernel.clock import utcnow
from aura_gql.sandboxes.errors import NothingMade, SandboxGone
from aura_gql.sandboxes.providers.e2b.failures import GONE, failure_of, is_of, told_apart
from aura_gql.sandboxes.providers.e2b.link import CommandLink
from aura_gql.sandboxes.providers.e2b.machines import key_of, machine_of, request_of, seconds_until
from aura_gql.sandboxes.providers.e2b.sandboxes import E2BSandboxes
from aura_gql.sandboxes.providers.e2b.sdk import E2BClient
from aura_gql.sandboxes.providers.remote.errors import AgentGone, VendorDown, VendorFull
from aura_gql.sandboxes.providers.remote.ports import Link
from aura_gql.sandboxes.providers.remote.values import ENVIRONMENT_LABEL, MachineState, MachineWish, VendorMachine
from aura_gql.sandboxes.providers.remote.vendor_clock import VendorClock
from aura_gql.sandboxes.values import Capabilities, Capability

_CALL_S: Final = 25.0
_HOUR_S: Final = 3600
_PAGE: Final = 100
_MAX_PAGES: Final = 200
_MAX_UNHEARD: Final = 1000


class E2BVendor:
    """Satisfies the `Vendor` port over the vendor's own SDK."""

    def __init__(self, client: E2BClient, *, max_lifetime_s: int = _HOUR_S, call_s: float = _CALL_S) -> None:
        """`max_lifetime_s` is the longest that the account lets a machine run. A call takes `call_s` at most."""
        self._client = client
        self._sandboxes = E2BSandboxes(client)
        self._clock = VendorClock()
        self._links = WeakSet[CommandLink]()
        self._unheard = set[str]()
        self._max_lifetime_s, self._call_s = max_lifetime_s, call_s

    @property
    def name(self) -> str:
        """As the port says."""
        return "E2B"

    @property
    def capabilities(self) -> Capabilities:
        """As the port says. Its network lists name hosts, at any port of theirs, and know no bound of bytes."""
        return Capabilities(
            stdin=True,
            signals=True,
            network=True,
            terminal=True,
            ports=True,
            watch=True,
            pause=True,
            extend=True,
            metrics=True,
            persistent=True,
            # Its daemon signals one process, not what that has started, and by two signals; of ports it has no list;
            # its figures are some seconds old.
            emulated=(Capability.SIGNALS, Capability.PORTS, Capability.METRICS),
        )

    @property
    def is_idempotent(self) -> bool:
        """As the port says: by a key of the request."""
        return True

    @property
    def home(self) -> str:
        """As the port says."""
        return "/home/user"

    async def create(self, wish: MachineWish) -> VendorMachine:
        """As the port says."""
        is_asked_anew = self._note(key_of(wish))
        async with told_apart(self._call_s, creating=True):
            kind = await self._client.open()
            asked_at = utcnow()
            made = await kind.create(**request_of(wish, self._max_lifetime_s), **self._client.options)
            answered_at = utcnow()
        async with told_apart(self._call_s):
            self._sandboxes.keep(made)
            try:
                info = await self._info(made.sandbox_id)
            except Exception as error:
                failure = failure_of(error)
                if isinstance(failure, NothingMade | VendorFull):  # It is there all the same.
                    raise VendorDown("E2B made a machine and does not tell of it.") from error
                raise
            if not is_asked_anew:
                self._clock.learn(asked_at, info.started_at, answered_at)
            self._unheard.discard(key_of(wish))
            return self._ours(info)

    async def get(self, machine_id: str) -> VendorMachine:
        """As the port says."""
        try:
            async with told_apart(self._call_s):
                return self._ours(await self._info(machine_id))
        except SandboxGone:
            self._sandboxes.forget(machine_id)
            raise

    async def list(self, environment: str) -> Sequence[VendorMachine]:
        """As the port says."""
        async with told_apart(self._call_s):
            told = await self._listed({ENVIRONMENT_LABEL: environment})
            there = [machine for info in told if (machine := machine_of(info, self._clock)) is not None]
        return [machine for machine in there if machine.environment == environment]

    async def destroy(self, machine_id: str) -> None:
        """As the port says."""
        async with told_apart(self._call_s):
            kind = await self._client.open()
            await kind.kill(machine_id, **self._client.options)
            self._sandboxes.forget(machine_id)

    async def extend(self, machine_id: str, until: datetime) -> datetime | None:
        """As the port says. The clock of one that is paused stands, of which E2B speaks as if there were none."""
        async with told_apart(self._call_s):
            kind = await self._client.open()
            seconds = seconds_until(until, self._max_lifetime_s)
            try:
                await kind.set_timeout(machine_id, seconds, **self._client.options)
            except Exception as error:
                if not is_of(error, "NotFoundException") or not await self._is_paused(machine_id):
                    raise
            return self._ours(await self._info(machine_id)).ends_at

    async def pause(self, machine_id: str) -> None:
        """As the port says."""
        async with told_apart(self._call_s):
            kind = await self._client.open()
            await kind.pause(machine_id, **self._client.options)

    async def resume(self, machine_id: str, until: datetime) -> None:
        """As the port says."""
        async with told_apart(self._call_s):
            kind = await self._client.open()
            seconds = seconds_until(until, self._max_lifetime_s)
            self._sandboxes.keep(await kind.connect(machine_id, timeout=seconds, **self._client.options))

    async def upload(self, machine_id: str, path: str, data: bytes) -> None:
        """As the port says."""
        async with told_apart(self._call_s):
            await self._sandboxes.inside(
                machine_id, lambda sandbox: sandbox.files.write(path, data, use_octet_stream=True)
            )

    async def launch(self, machine_id: str, command: str) -> Link:
        """As the port says. The vendor would end a command after a minute unless told not to."""
        link = CommandLink()

        async def start(sandbox: Any) -> Any:
            line = f"exec sh -c {shlex.quote(command)}"
            return await sandbox.commands.run(
                line, background=True, stdin=True, timeout=0, retain_output=False, on_stdout=link.heard
            )

        async with told_apart(self._call_s):
            return self._attached(link, await self._sandboxes.inside(machine_id, start))

    async def relink(self, machine_id: str, token: str) -> Link:
        """As the port says. For a while the daemon tells of a command that has ended as of one that ends now, so it is
        asked first what runs.
        """
        link = CommandLink()

        async def connect(sandbox: Any) -> Any:
            if token not in {str(running.pid) for running in await sandbox.commands.list()}:
                raise AgentGone("The agent's command has ended.")
            try:
                return await sandbox.commands.connect(int(token), timeout=0, retain_output=False, on_stdout=link.heard)
            except Exception as error:
                if is_of(error, "NotFoundException"):
                    raise AgentGone("The agent's command has ended.") from error
                raise

        async with told_apart(self._call_s):
            return self._attached(link, await self._sandboxes.inside(machine_id, connect))

    async def signed_url(self, machine_id: str, port: int, expires_s: int) -> str | None:
        """As the port says: E2B's addresses are open to everybody or want a token in a header."""
        return None

    async def ping(self) -> None:
        """As the port says."""
        async with told_apart(self._call_s):
            kind = await self._client.open()
            await kind.list(limit=1, **self._client.options).next_items()

    async def close(self) -> None:
        """As the port says."""
        for link in list(self._links):
            await link.close()

    def _note(self, key: str) -> bool:
        """Whether a creation by this key has been asked for whose answer was not heard: its machine may be older than
        the next answer, which tells nothing of the vendor's clock then.
        """
        is_known = key in self._unheard
        if len(self._unheard) >= _MAX_UNHEARD:
            self._unheard.clear()
        self._unheard.add(key)
        return is_known

    async def _info(self, machine_id: str) -> Any:
        kind = await self._client.open()
        return await kind.get_info(machine_id, **self._client.options)

    async def _is_paused(self, machine_id: str) -> bool:
        return self._ours(await self._info(machine_id)).state is MachineState.PAUSED

    async def _listed(self, labels: dict[str, str]) -> Sequence[Any]:
        kind = await self._client.open()
        from e2b import SandboxQuery  # noqa: PLC0415

        pages = kind.list(SandboxQuery(metadata=labels), limit=_PAGE, **self._client.options)
        told: list[Any] = []
        for _ in range(_MAX_PAGES):
            told += await pages.next_items()
            if not pages.has_next:
                return told
        raise VendorDown("E2B lists machines without an end.")

    def _ours(self, info: Any) -> VendorMachine:
        machine = machine_of(info, self._clock)
        if machine is None:
            raise SandboxGone(GONE)
        return machine

    def _attached(self, link: CommandLink, handle: Any) -> CommandLink:
        link.attach(handle)
        self._links.add(link)
        return link
