"""The SDK's own objects for machines, through which their daemons are asked, kept to be used again."""

from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

from aura_gql.sandboxes.providers.e2b.failures import daemon_failure_of, is_of
from aura_gql.sandboxes.providers.e2b.sdk import E2BClient
from aura_gql.sandboxes.providers.remote.errors import AgentGone, VendorDown

_RUNNING: Final = "running"
# Connecting moves the clock of a machine that runs to so much from now at least, never back.
_CONNECT_S: Final = 60

ResultT = TypeVar("ResultT")


class E2BSandboxes:
    """Finds and keeps them. Raises what the SDK raises for the API."""

    def __init__(self, client: E2BClient) -> None:
        self._client = client
        self._kept = dict[str, Any]()

    def keep(self, sandbox: Any) -> None:
        """The SDK's object for a machine, with the token of its daemon."""
        self._kept[sandbox.sandbox_id] = sandbox

    def forget(self, machine_id: str) -> None:
        """It is to be asked for anew."""
        self._kept.pop(machine_id, None)

    async def inside(self, machine_id: str, ask: Callable[[Any], Awaitable[ResultT]]) -> ResultT:
        """Ask a machine's daemon. Where that does not answer, the API is asked whether the machine runs: it raises
        what there is to know. AgentGone passes.
        """
        sandbox = self._kept.get(machine_id) or await self._connected(machine_id)
        try:
            return await ask(sandbox)
        except AgentGone:
            raise
        except Exception as error:
            if is_of(error, "AuthenticationException"):
                self.forget(machine_id)
            failure = daemon_failure_of(error)
            if isinstance(failure, VendorDown):
                await self._require_running(machine_id)
            raise failure from error

    async def _connected(self, machine_id: str) -> Any:
        """Asks first whether it runs: connecting would resume it."""
        await self._require_running(machine_id)
        kind = await self._client.open()
        sandbox = await kind.connect(machine_id, timeout=_CONNECT_S, **self._client.options)
        self.keep(sandbox)
        return sandbox

    async def _require_running(self, machine_id: str) -> None:
        kind = await self._client.open()
        info = await kind.get_info(machine_id, **self._client.options)
        if info.state.value != _RUNNING:
            raise VendorDown("The machine at E2B does not run now.")
