"""The vendor's SDK, loaded at the first use: it takes a second, which who runs no E2B need not spend."""

import asyncio
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any, Final

DEFAULT_DOMAIN: Final = "e2b.app"


class E2BClient:
    """The SDK's class for sandboxes and what each of its calls is told: where the vendor is, and the key.

    Nothing of that is left to the environment, and the SDK tries nothing again by itself but to connect.
    """

    def __init__(
        self,
        api_key: str,
        *,
        domain: str | None = None,
        api_url: str | None = None,
        sandbox_url: str | None = None,
        request_s: float = 25.0,
    ) -> None:
        """Without `sandbox_url` each sandbox is where the vendor says. ModuleNotFoundError where the extra `e2b` is
        needed and not installed.
        """
        if find_spec("e2b") is None:
            raise ModuleNotFoundError("No module named 'e2b'", name="e2b")
        chosen = domain or DEFAULT_DOMAIN
        self._options: Mapping[str, Any] = {
            "api_key": api_key,
            "domain": chosen,
            "api_url": api_url or f"https://api.{chosen}",
            "sandbox_url": sandbox_url,
            "debug": False,
            "http_version": "2",
            "retries": 0,
            "request_timeout": request_s,
        }
        self._opening: asyncio.Task[Any] | None = None

    @property
    def options(self) -> dict[str, Any]:
        """What each call of the SDK is told besides."""
        return dict(self._options)

    async def open(self) -> Any:
        """The SDK's class for sandboxes; loading it does not hold the event loop up."""
        if self._opening is None:
            self._opening = asyncio.create_task(asyncio.to_thread(_load))
        return await asyncio.shield(self._opening)


def _load() -> Any:
    from e2b import AsyncSandbox  # noqa: PLC0415

    return AsyncSandbox
