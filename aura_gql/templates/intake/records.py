"""What an intake works with, and what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bson import ObjectId

from aura_gql.templates.records import SkippedTemplate, TemplateBundle
from aura_gql.templates.stored import LISTING_VERSION


@dataclass(frozen=True, slots=True)
class IntakeOutcome:
    """The slugs of a source's templates by what became of them, and those that the source could not read.

    A skipped one that the catalogue has stays there as it was, and is in none of the lists of slugs.
    """

    added: Sequence[str]
    changed: Sequence[str]
    unchanged: Sequence[str]
    removed: Sequence[str]
    skipped: Sequence[SkippedTemplate]


@dataclass(frozen=True, slots=True)
class KeptBundle:
    """A bundle whose files are in the blob store: `bundle` without its files, the `fields` of its template, and the
    `files` of its manifest.
    """

    bundle: TemplateBundle
    fields: Mapping[str, Any]
    files: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class StoredState:
    """What an intake has to know of a template that is there. `source_slug` is its slug at its source.

    `listing_version` is of the fields that it is found by: 0 for one of before there was any.
    """

    id: ObjectId
    slug: str
    source_slug: str
    stackblitz_path: str | None
    revision: str
    commit: str | None
    is_active: bool
    listing_version: int = LISTING_VERSION
