"""Traces of operations, where the settings name a collector."""

import importlib
from collections.abc import Mapping
from typing import Protocol, cast

from aura_gql.settings import Settings, SettingsError

_ADAPTER = "aura_gql.infra.otlp_traces"
_MISSING = "TRACING_OTLP_ENDPOINT: needs packages that are not installed: pip install 'aura-gql[tracing]'."


class Traces(Protocol):
    """Takes spans. Telling of one never waits and never raises, whatever state the collector is in."""

    def operation_ended(
        self,
        name: str,
        facts: Mapping[str, str | None],
        duration_s: float,
        *,
        traceparent: str | None,
        is_our_fault: bool,
    ) -> None:
        """Tell of an operation that ends now. `name` is of a bounded set; `facts` are names and ids, each short.

        `traceparent` is what the caller sent under that name, unchecked.
        """
        ...

    async def close(self) -> None:
        """Send what waits, for a few seconds at most."""
        ...


def create_traces(settings: Settings, version: str) -> Traces | None:
    """As the settings want them: None where they name no collector; SettingsError where its packages are missing.

    A caller's trace is continued where a proxy is trusted to say which one that is.
    """
    server = settings.server
    if server.tracing_otlp_endpoint is None:
        return None
    try:
        adapter = importlib.import_module(_ADAPTER)  # Heavy, and an extra: only who traces has it.
    except ModuleNotFoundError as error:
        raise SettingsError(_MISSING) from error
    traces = adapter.OtlpTraces(
        server.tracing_otlp_endpoint,
        version=version,
        environment=settings.environment,
        ratio=server.tracing_sample_ratio,
        trusts_callers=bool(server.trusted_proxies),
    )
    return cast(Traces, traces)
