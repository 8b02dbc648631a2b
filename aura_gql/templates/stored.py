"""Templates between what the database keeps and what the rooms see."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from bson import ObjectId
from pydantic import BaseModel

from aura_gql.kernel.languages import is_binary, language_of
from aura_gql.templates.listing.ordering import fold_name
from aura_gql.templates.listing.ranking import search_fields
from aura_gql.templates.readme import readme_path_of
from aura_gql.templates.records import (
    DependencyKind,
    TemplateBundle,
    TemplateDependencyRecord,
    TemplateFile,
    TemplateFileRecord,
    TemplateRecord,
)

Stored = Mapping[str, Any]

LISTING_VERSION: Final = 1
"""Of the fields that a template is found by: raised with what they hold, so that those kept before are made anew."""

_MAX_README_SEARCHED = 16 * 1024

_KIND_ORDER = {kind: rank for rank, kind in enumerate(DependencyKind)}


class FileModel(BaseModel):
    """A file in a manifest."""

    path: str
    sha256: str
    size: int
    executable: bool
    is_binary: bool


def to_record(document: Stored) -> TemplateRecord:
    """A document of `project_templates` as a record."""
    return TemplateRecord(
        id=document["_id"],
        slug=document["slug"],
        name=document["name"],
        description=document["description"],
        type=document["type"],
        category=document["category"],
        tags=document["tags"],
        popularity=document["popularity"],
        file_count=document["file_count"],
        total_size=document["total_size"],
        source=document["source"],
        preview_url=document["preview_url"],
        stackblitz_path=document["stackblitz_path"],
        start_command=document["start_command"],
        required_tools=document["required_tools"],
        revision=document["revision"],
        commit=document.get("commit"),
        readme_path=document.get("readme_path"),
        is_active=document["is_active"],
        created_at=document["created_at"],
        updated_at=document["updated_at"],
    )


def to_file_record(stored: Stored) -> TemplateFileRecord:
    """A file of a manifest as a record."""
    return TemplateFileRecord(
        path=stored["path"],
        sha256=stored["sha256"],
        size=stored["size"],
        executable=stored["executable"],
        language=language_of(stored["path"]),
        is_binary=stored["is_binary"],
    )


def to_dependency_records(stored: Sequence[Stored]) -> list[TemplateDependencyRecord]:
    """The dependencies of one template, by kind, then by name."""
    records = [TemplateDependencyRecord(one["name"], one["version"], DependencyKind(one["kind"])) for one in stored]
    return sorted(records, key=lambda record: (_KIND_ORDER[record.kind], record.name))


def template_fields(source: str, bundle: TemplateBundle) -> dict[str, Any]:
    """What an import sets in a template's document, times aside."""
    dependencies = sorted({dependency.name for dependency in bundle.dependencies})
    readme = _readme(bundle)
    return {
        "source": source,
        "slug": bundle.slug,
        "name": bundle.name,
        "name_folded": fold_name(bundle.name),
        "description": bundle.description,
        "type": bundle.type,
        "category": bundle.category,
        "tags": list(bundle.tags),
        "dependencies": dependencies,
        **search_fields(
            name=bundle.name,
            labels=[bundle.type, bundle.category, *bundle.tags],
            description=bundle.description,
            dependencies=dependencies,
            readme="" if readme is None else readme.data[:_MAX_README_SEARCHED].decode(errors="ignore"),
        ),
        "listing_version": LISTING_VERSION,
        "file_count": len(bundle.files),
        "total_size": sum(len(file.data) for file in bundle.files),
        "preview_url": bundle.preview_url,
        "stackblitz_path": bundle.stackblitz_path,
        "commit": bundle.commit,
        "readme_path": None if readme is None else readme.path,
        "start_command": bundle.start_command,
        "required_tools": list(bundle.required_tools),
        "revision": bundle.revision,
        "is_active": True,
    }


def manifest_files(bundle: TemplateBundle, hashes: Mapping[str, str]) -> list[dict[str, Any]]:
    """The files of a bundle by path, each with the blob that `hashes` names for its path."""
    return [
        FileModel(
            path=file.path,
            sha256=hashes[file.path],
            size=len(file.data),
            executable=file.executable,
            is_binary=is_binary(file.data),
        ).model_dump()
        for file in sorted(bundle.files, key=lambda file: file.path)
    ]


def dependency_fields(template_id: ObjectId, bundle: TemplateBundle) -> list[dict[str, Any]]:
    """The documents of `template_dependencies` for a bundle."""
    return [
        {
            "template_id": template_id,
            "revision": bundle.revision,
            "kind": dependency.kind.value,
            "name": dependency.name,
            "version": dependency.version,
        }
        for dependency in bundle.dependencies
    ]


def _readme(bundle: TemplateBundle) -> TemplateFile | None:
    """The README of a bundle; None where there is none, or none that is text."""
    path = bundle.readme_path or readme_path_of(file.path for file in bundle.files)
    found = next((file for file in bundle.files if file.path == path), None)
    return None if found is None or is_binary(found.data) else found
