"""From files to facts."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from aura_gql.templates.inference.errors import UnreadableManifest
from aura_gql.templates.inference.manifest import MANIFEST, MAX_MANIFEST_BYTES, read_manifest
from aura_gql.templates.inference.readme import MAX_README_BYTES, read_readme
from aura_gql.templates.inference.records import Facts, PackageManifest, StarterFile
from aura_gql.templates.readme import readme_path_of

MAX_PAGE_BYTES: Final = 64 * 1024
_PAGE: Final = "index.html"
_SOURCES = frozenset({"astro", "cjs", "css", "html", "js", "jsx", "mjs", "mts", "py", "svelte", "ts", "tsx", "vue"})
_NO_SOURCE = re.compile(r"\.d\.[cm]?ts$|\.(?:config|conf)\.[a-z]+$|\.eslintrc\.[a-z]+$")


def facts_of(folder: str, files: Mapping[str, StarterFile]) -> Facts:
    """What the rules look at in the files of a starter, which lies in `folder`; UnreadableManifest."""
    return Facts(
        folder=folder,
        manifest=_manifest(files.get(MANIFEST)),
        names=frozenset(path for path in files if "/" not in path),
        extensions=frozenset(_extensions(files)),
        readme=read_readme(files),
        page_has_script=_has_script(files.get(_PAGE)),
    )


def is_read(path: str, size: int) -> bool:
    """Whether the rules have a use for the bytes of such a file, and not for its name alone."""
    if path == MANIFEST:
        return size <= MAX_MANIFEST_BYTES
    if path == _PAGE:
        return size <= MAX_PAGE_BYTES
    return size <= MAX_README_BYTES and readme_path_of([path]) is not None


def _manifest(file: StarterFile | None) -> PackageManifest | None:
    if file is None:
        return None
    if file.data is None:
        raise UnreadableManifest(f"Its package.json of {file.size:,} bytes is too large to be read.")
    return read_manifest(file.data)


def _has_script(page: StarterFile | None) -> bool | None:
    return None if page is None or page.data is None else b"<script" in page.data.lower()


def _extensions(paths: Iterable[str]) -> Iterable[str]:
    for path in paths:
        extension = path.rpartition(".")[2]
        if extension in _SOURCES and not _NO_SOURCE.search(path):
            yield extension
