"""Folders of templates that tests write, for the real source to read."""

import hashlib
import json
import shutil
from collections.abc import AsyncGenerator, Mapping, Sequence
from pathlib import Path

from aura_gql.storage.ports import BlobStore
from aura_gql.templates.contents.documents import TemplateCacheDocument, TemplateDependencyDocument
from aura_gql.templates.documents import ProjectTemplateDocument
from aura_gql.templates.intake.records import IntakeOutcome
from aura_gql.templates.intake.service import TemplateIntake
from aura_gql.templates.records import SkippedTemplate, TemplateBundle, TemplateDependencyRecord, TemplateFile
from aura_gql.templates.sources.bundled import BUNDLED_FOLDER, BundledTemplates

TEMPLATE_DOCUMENTS = (ProjectTemplateDocument, TemplateCacheDocument, TemplateDependencyDocument)
DEFAULT_FILES: Mapping[str, bytes] = {"README.md": b"# A template\n", "run.sh": b"#!/bin/sh\necho ran\n"}


def write_template(
    root: Path,
    slug: str,
    *,
    name: str | None = None,
    description: str = "",
    type_: str = "node",
    category: str = "backend",
    tags: Sequence[str] = (),
    files: Mapping[str, bytes] = DEFAULT_FILES,
) -> None:
    """Write the template `slug` below `root`, in the place of one that is there."""
    shutil.rmtree(root / slug, ignore_errors=True)
    (root / slug / "files").mkdir(parents=True)
    for path, data in files.items():
        target = root / slug / "files" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    fields: dict[str, object] = {
        "name": slug.title() if name is None else name,
        "description": description,
        "type": type_,
        "category": category,
        "tags": list(tags),
        "start_command": "sh run.sh",
        "required_tools": ["sh"],
    }
    # A JSON string or list of strings is one of TOML too.
    lines = "".join(f"{field} = {json.dumps(value, ensure_ascii=False)}\n" for field, value in fields.items())
    (root / slug / "template.toml").write_text(lines)


def remove_template(root: Path, slug: str) -> None:
    """Take the template `slug` away."""
    shutil.rmtree(root / slug)


async def all_bundles(folder: Path = BUNDLED_FOLDER) -> list[TemplateBundle]:
    """The templates of a folder, by slug; those that come with the server where none is named."""
    return [bundle async for bundle in BundledTemplates(folder).bundles()]


class FolderIntake:
    """Takes in what a folder has."""

    def __init__(self, folder: Path, blobs: BlobStore) -> None:
        self._source = BundledTemplates(folder)
        self._intake = TemplateIntake(blobs)

    async def load(self) -> IntakeOutcome:
        """Make the catalogue what the folder has, be that as little as it may."""
        return await self._intake.take_in(self._source, force=True)


class GivenTemplates:
    """A `TemplateSource` that gives, or raises, what it is given, in turn."""

    def __init__(self, *given: TemplateBundle | SkippedTemplate | Exception, name: str = "stackblitz") -> None:
        self.name = name
        self._given = given

    async def bundles(self) -> AsyncGenerator[TemplateBundle | SkippedTemplate]:
        """All that is given, up to the first exception."""
        for one in self._given:
            if isinstance(one, Exception):
                raise one
            yield one


def a_bundle(
    slug: str,
    text: str = "text",
    *,
    dependencies: Sequence[TemplateDependencyRecord] = (),
    commit: str | None = None,
) -> TemplateBundle:
    """A template whose README says `text`, as it was found at `commit`."""
    return TemplateBundle(
        slug=slug,
        name=slug.title(),
        description="",
        type="node",
        category="backend",
        tags=(),
        start_command="node index.js",
        required_tools=("node",),
        dependencies=dependencies,
        files=(TemplateFile("README.md", text.encode()),),
        revision=hashlib.sha256(f"{slug} {text}".encode()).hexdigest(),
        stackblitz_path=slug,
        commit=commit,
    )


def package_json(**sections: Mapping[str, str]) -> dict[str, bytes]:
    """The files of a template that has a package manifest of these sections and nothing else."""
    return {"package.json": json.dumps(sections).encode()}
