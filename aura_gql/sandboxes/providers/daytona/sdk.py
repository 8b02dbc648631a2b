"""The vendor's SDK, loaded at the first use: it takes seconds and 90 MB, which who runs no Daytona need not spend."""

import asyncio
from importlib.util import find_spec
from typing import Any

DEFAULT_API_URL = "https://app.daytona.io/api"


class DaytonaClient:
    """One `AsyncDaytona` for as long as this lives, made at the first use and off the event loop.

    Nothing of it comes from the environment, nor from the `.env` files that the SDK looks for in the working folder.
    """

    def __init__(self, api_key: str, api_url: str | None = None, target: str | None = None) -> None:
        """ModuleNotFoundError where the extra `daytona` is needed and not installed."""
        if find_spec("daytona") is None:
            raise ModuleNotFoundError("No module named 'daytona'", name="daytona")
        self._api_key, self._api_url, self._target = api_key, api_url or DEFAULT_API_URL, target
        self._opening: asyncio.Task[Any] | None = None

    async def open(self) -> Any:
        """The client; the same for everybody."""
        if self._opening is None:
            self._opening = asyncio.create_task(asyncio.to_thread(self._open))
        return await asyncio.shield(self._opening)

    async def close(self) -> None:
        """Let go of its connections. Safe to repeat; never raises."""
        opening, self._opening = self._opening, None
        if opening is not None:
            client = await opening
            await client.close()

    def _open(self) -> Any:
        from daytona import AsyncDaytona, DaytonaConfig  # noqa: PLC0415

        # The environment can switch its telemetry on, which a configuration can't switch off, and which would make a
        # tracer of its own the whole process's.
        quiet = type("QuietDaytona", (AsyncDaytona,), {"_init_otel": lambda client, version: None})
        config = DaytonaConfig(
            api_key=self._api_key,
            api_url=self._api_url,
            # What is empty here it looks for in the environment.
            target=self._target or "-",
            connection_pool_maxsize=None,
        )
        client = quiet(config)
        client._target = self._target
        return client
