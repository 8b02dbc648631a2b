"""The settings of projects, their files and their blobs."""

from pathlib import Path

import pytest

from aura_gql import bounds
from aura_gql.settings import Mode, SettingsError, load_settings
from tests.support.api import settings_for

MIB = 1 << 20


@pytest.mark.parametrize(
    ("name", "value"),
    [("MAX_FILE_BYTES", "0"), ("MAX_FILES_PER_PROJECT", "-1"), ("R2_ENDPOINT_URL", "ftp://example.com")],
)
def test_what_nobody_could_work_with_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=f"^{name}: should "):
        load_settings(Mode.DEVELOPMENT, None)


def test_what_they_mean_for_the_rooms(tmp_path: Path) -> None:
    files: dict[str, object] = {"max_file_bytes": MIB, "max_files_per_project": 7}
    limits = bounds.file_limits(settings_for(tmp_path, "aura", files=files))
    assert (limits.max_file_bytes, limits.max_files) == (MIB, 7)
    storage: dict[str, object] = {"blob_grace_hours": 2, "blob_condemned_hours": 3, "swept_blobs_retention_days": 4}
    sweeping = bounds.sweep_limits(settings_for(tmp_path, "aura", storage=storage))
    assert (sweeping.grace_s, sweeping.wait_s, sweeping.kept_s) == (7_200, 10_800, 4 * 86_400)
