"""What the settings make of the bounds of templates."""

from pathlib import Path

from aura_gql.bounds_templates import starter_limits
from aura_gql.storage.archives.values import ArchiveLimits
from aura_gql.templates.sources.starters.values import StarterLimits
from tests.support.api import settings_for


def test_each_bound_is_that_of_its_setting(tmp_path: Path) -> None:
    settings = settings_for(
        tmp_path,
        "none",
        files={"max_files_per_project": 11, "max_file_bytes": 12, "max_project_bytes": 13, "max_archive_ratio": 14},
        templates={"max_template_bytes": 15, "max_template_files": 16},
    )
    assert starter_limits(settings) == StarterLimits(ArchiveLimits(16, 15, 15, 14), 11, 12, 13)
