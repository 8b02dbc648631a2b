"""What is remembered of templates, and what came of that."""

from dataclasses import dataclass
from datetime import datetime

from aura_gql.templates.records import TemplateManifest


@dataclass(frozen=True, slots=True)
class PresentRevision:
    """Which revision a template is at. Another `stamp` than before says that what is remembered of it is to be
    forgotten.
    """

    revision: str
    stamp: int
    is_active: bool


@dataclass(frozen=True, slots=True)
class StoredManifest:
    """A manifest, and until when its source said that it is what it has; None where it has no such source."""

    manifest: TemplateManifest
    fresh_until: datetime | None


@dataclass(frozen=True, slots=True)
class MemoryTally:
    """How often what was wanted was remembered, since the start, and how many bytes that takes now."""

    hits: int
    misses: int
    used_bytes: int
