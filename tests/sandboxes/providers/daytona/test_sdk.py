"""The SDK is loaded late, off the event loop, and takes nothing from the environment."""

import asyncio
import sys
from pathlib import Path

import pytest
from opentelemetry import trace

from aura_gql.sandboxes.providers.daytona import sdk
from aura_gql.sandboxes.providers.daytona.sdk import DEFAULT_API_URL, DaytonaClient


async def test_nothing_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DAYTONA_TARGET=theirs\nDAYTONA_OTEL_ENABLED=true\n")
    monkeypatch.chdir(tmp_path)
    for name in ("API_KEY", "API_URL", "TARGET", "JWT_TOKEN", "ORGANIZATION_ID"):
        monkeypatch.setenv(f"DAYTONA_{name}", "https://example.com/theirs")
    monkeypatch.setenv("DAYTONA_EXPERIMENTAL_OTEL_ENABLED", "true")
    before = trace.get_tracer_provider()
    client = DaytonaClient("ours")
    first, second = await asyncio.gather(client.open(), client.open())
    assert first is second
    assert (first._api_key, first._api_url, first._target) == ("ours", DEFAULT_API_URL, None)
    assert (first._jwt_token, first._organization_id, first._tracer_provider) == (None, None, None)
    assert trace.get_tracer_provider() is before
    for _ in range(2):
        await client.close()
    aimed = DaytonaClient("ours", "http://127.0.0.1:9/api", "eu")
    opened = await aimed.open()
    assert (opened._api_url, opened._target) == ("http://127.0.0.1:9/api", "eu")
    await aimed.close()


def test_where_the_extra_is_missing_it_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sdk, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match="daytona"):
        DaytonaClient("key")


async def test_who_runs_no_daytona_does_not_load_it() -> None:
    code = "import sys, aura_gql.sandboxes.providers.daytona.vendor; print('daytona' in sys.modules)"
    asking = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE)
    assert (await asking.communicate())[0] == b"False\n"
