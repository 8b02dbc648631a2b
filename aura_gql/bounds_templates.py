"""The bounds that templates from elsewhere are read within, as the settings give them."""

from aura_gql.settings import Settings
from aura_gql.storage.archives.values import ArchiveLimits
from aura_gql.templates.sources.starters.values import StarterLimits


def starter_limits(settings: Settings) -> StarterLimits:
    """Of a repository's archive of starters, and of a starter in it, which a project has to hold."""
    files, templates = settings.files, settings.templates
    most = templates.max_template_bytes
    reading = ArchiveLimits(templates.max_template_files, most, most, files.max_archive_ratio)
    return StarterLimits(reading, files.max_files_per_project, files.max_file_bytes, files.max_project_bytes)
