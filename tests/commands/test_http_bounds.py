"""Bounds of connections, from the settings and the system."""

import resource
from pathlib import Path

import pytest

from aura_gql.commands.http_bounds import SPARE_FILES, HttpBounds, http_bounds
from tests.support.api import settings_for


def test_the_settings_say_how_long(tmp_path: Path) -> None:
    server: dict[str, object] = {
        "max_connections": 7,
        "request_head_timeout_ms": 1_500,
        "request_body_timeout_ms": 2_500,
        "send_timeout_ms": 3_500,
    }
    assert http_bounds(settings_for(tmp_path, "none", server=server)) == HttpBounds(7, 1.5, 2.5, 3.5)


@pytest.mark.parametrize(
    ("files", "connections"),
    [(1024, 1024 - SPARE_FILES), (100, 1), (1_000_000, 4_000), (resource.RLIM_INFINITY, 4_000)],
)
def test_there_are_no_more_connections_than_files(
    files: int, connections: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda kind: (files, resource.RLIM_INFINITY))
    assert http_bounds(settings_for(tmp_path, "none")).max_connections == connections
