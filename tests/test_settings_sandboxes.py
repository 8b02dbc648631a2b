"""The settings of sandboxes and of what runs in them."""

from pathlib import Path

import pytest

from aura_gql import bounds_sandboxes as bounds
from aura_gql.settings import Mode, SettingsError, load_settings
from tests.support.api import settings_for

MIB = 1 << 20


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SANDBOX_WARM_POOL", "-1"),
        ("SANDBOX_LIFETIME_S", "0"),
        ("SANDBOX_MEMORY_BYTES", str(64 * MIB - 1)),
        ("SANDBOX_CPUS", "0"),
        ("EXECUTION_MAX_OUTPUT_BYTES", "0"),
        ("TERMINAL_SCROLLBACK_BYTES", str(4 * MIB + 1)),
    ],
)
def test_what_nobody_could_work_with_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=f"^{name}: should be "):
        load_settings(Mode.DEVELOPMENT, None)


def test_each_setting_is_a_bound_of_its_room(tmp_path: Path) -> None:
    settings = settings_for(
        tmp_path,
        "none",
        sandboxes={"sandbox_max_processes": 11, "sandbox_save_patience_s": 13, "max_sandboxes_per_host": 17},
        executions={"execution_max_output_bytes": 19},
        terminals={"terminal_scrollback_bytes": 4096},
    )

    local, sandbox = bounds.local_limits(settings), bounds.sandbox_limits(settings)
    assert (local.processes, local.max_sandboxes, sandbox.max_per_host) == (11, 17, 17)
    assert (sandbox.save_patience_s, sandbox.output_bytes) == (13, 19)
    assert bounds.execution_limits(settings).output_limit == 19
    assert bounds.terminal_limits(settings).scrollback_bytes == 4096
