"""The starters that come with the server, as data of this package.

Each is a folder `bundled/<slug>/` with its description in `template.toml` and its files below `files/`.
"""

import asyncio
import tomllib
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from aura_gql.templates.records import TemplateBundle, TemplateFile
from aura_gql.templates.sources.digests import digest_of, file_parts
from aura_gql.templates.sources.manifests import dependencies_of

BUNDLED_FOLDER = Path(__file__).parent.parent / "bundled"
_BYTECODE = "__pycache__"


class _Description(BaseModel):
    """The fields of `template.toml`; one more or less is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    description: str
    type: str
    category: str
    tags: list[str]
    start_command: str
    required_tools: list[str]


class BundledTemplates:
    """A `TemplateSource` that needs no network."""

    name = "bundled"

    def __init__(self, folder: Path = BUNDLED_FOLDER) -> None:
        self._folder = folder

    async def bundles(self) -> AsyncGenerator[TemplateBundle]:
        """Every template of the folder, by slug; ValueError that names a broken one."""
        for folder in await asyncio.to_thread(self._folders):
            yield await asyncio.to_thread(_bundle, folder)

    def _folders(self) -> list[Path]:
        return [folder for folder in sorted(self._folder.iterdir()) if (folder / "template.toml").is_file()]


def _bundle(folder: Path) -> TemplateBundle:
    description_text = (folder / "template.toml").read_bytes()
    files = list(_files(folder / "files"))
    by_path = {file.path: file.data for file in files}
    try:
        description = _Description.model_validate(tomllib.loads(description_text.decode()))
        dependencies = dependencies_of(by_path.get("package.json"))
    except ValueError as error:
        raise ValueError(f"The bundled template {folder.name} is broken: {error}") from error
    return TemplateBundle(
        slug=folder.name,
        **description.model_dump(),
        dependencies=dependencies,
        files=files,
        revision=digest_of([description_text, *file_parts(files)]),
    )


def _files(root: Path) -> Iterator[TemplateFile]:
    for path in sorted(root.rglob("*")):
        # An installer compiles every .py that it unpacks, the starters' too.
        if path.is_file() and _BYTECODE not in path.parts:
            data = path.read_bytes()
            # The shebang and not the mode, which archives and some file systems lose.
            yield TemplateFile(path.relative_to(root).as_posix(), data, executable=data.startswith(b"#!"))
