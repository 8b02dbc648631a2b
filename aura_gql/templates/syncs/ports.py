"""What syncs want from others."""

from collections.abc import Callable
from pathlib import Path

from aura_gql.templates.ports import TemplateSource

ReadArchive = Callable[[Path, str | None], TemplateSource]
"""The templates in the packed archive of a repository, a file of this host; the commit is None where it is unknown."""
