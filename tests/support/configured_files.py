"""What has to hold of any files that a configuration was applied to."""

import json
import posixpath
import re
from collections.abc import Iterator, Mapping

from aura_gql.projects.configurable import MAX_CONFIGURABLE_SIZE
from aura_gql.projects.configuration.configure import configure
from aura_gql.projects.configuration.package_manager import LOCK_FILES
from aura_gql.projects.configuration.sources import own_texts
from aura_gql.projects.configuration.workspace import Workspace
from aura_gql.projects.packages import is_package_name, is_version_range
from aura_gql.projects.records import ProjectConfiguration

Files = Mapping[str, bytes]

_IMPORT = re.compile(r"(?:\bfrom\s+|\bimport\s+|\bimport\(\s*|\brequire\(\s*)(['\"])(?P<name>[^'\"\n]+)\1")
_CODE = (".js", ".jsx", ".mjs", ".ts", ".tsx", ".mts", ".cjs", ".vue", ".svelte")
_ENDINGS = ("", ".js", ".jsx", ".mjs", ".ts", ".tsx", ".mts", ".json", ".vue", "/index.js", "/index.ts", "/index.tsx")
_SCRIPT_FILE = re.compile(r"(?:\./)?[\w@+-][\w@+./-]*\.(?:json|[cm]?[jt]sx?)(?!\w)")
_BUILT_IN = re.compile(r"node:|eslint/config$")


def applied(files: Files, configuration: ProjectConfiguration) -> dict[str, bytes]:
    """The files as they are afterwards."""
    small = {path: data for path, data in files.items() if len(data) <= MAX_CONFIGURABLE_SIZE}
    changes = configure(configuration, small, paths=files.keys())
    assert all(len(changes.written[new]) for new in changes.renamed)
    return {path: data for path, data in files.items() if path not in changes.removed} | dict(changes.written)


def check_applied(before: Files, configuration: ProjectConfiguration) -> dict[str, bytes]:
    """The files as they are afterwards, sound; AssertionError with what is not."""
    after = applied(before, configuration)
    assert applied(before, configuration) == after, "it is not the same twice"
    assert applied(after, configuration) == after, "a second time changes more"
    found = list(flaws(before, after))
    assert not found, found
    return after


def flaws(before: Files, after: Files) -> Iterator[str]:
    """What is broken in `after` that is not in `before`, in words."""
    old, new = Workspace(before), Workspace(after)
    gone = [path for path in old.texts() if not new.exists(path) and path not in LOCK_FILES]
    own = set(own_texts(old))
    for path in before:
        if path not in own and old.read(path) is not None and before[path] != after.get(path):
            yield f"{path} belongs to another package"
    for path, data in after.items():
        if path.endswith(".json") and before.get(path) != data and path != "tsconfig.json":
            json.loads(data)
    yield from _manifest_flaws(before, after)
    if "tsconfig.json" in after and "tsconfig.json" not in before:
        json.loads(re.sub(rb"^\s*//.*$", b"", after["tsconfig.json"], flags=re.MULTILINE))
    for path in own_texts(new):
        text = new.read(path) or ""
        for name in gone:
            if path not in LOCK_FILES and re.search(rf"(?<![\w./-]){re.escape(name)}(?![\w-])", text):
                yield f"{path} names {name}, which is gone"
        if path.endswith(_CODE):
            # What could not be found before was nobody's file: a module that a framework makes, an example.
            origin = path if path in before else _before(path, before)
            known = _missing_imports(origin, before) if origin else set()
            yield from (f"{path} imports {name}" for name in _missing_imports(path, after) - known)


def _before(path: str, before: Files) -> str | None:
    stem = path.rpartition(".")[0]
    return next((old for old in before if old.rpartition(".")[0] == stem and old.endswith(_CODE)), None)


def _missing_imports(path: str, files: Files) -> set[str]:
    missing = set()
    for found in _IMPORT.finditer(files[path].decode()):
        name = found["name"].partition("?")[0]
        if not name.startswith("."):
            continue
        target = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
        # In TypeScript, `./a.js` is what `./a.ts` becomes.
        targets = (target, target.removesuffix(".js") if path.endswith("ts") else target)
        if not any(f"{one}{ending}" in files for one in targets for ending in _ENDINGS):
            missing.add(name)
    return missing


def _manifest_flaws(before: Files, after: Files) -> Iterator[str]:
    manifest, old = json.loads(after["package.json"]), json.loads(before["package.json"])
    asked = {name: version for section in _sections(manifest) for name, version in section.items()}
    known = {name for section in _sections(old) for name in section}
    for name, version in asked.items():
        if name not in known and not (is_package_name(name) and is_version_range(version)):
            yield f"package.json asks for {name} {version}"
    if len(asked) != sum(map(len, _sections(manifest))):
        yield "package.json asks for a package twice"
    for name, script in manifest.get("scripts", {}).items():
        for word in _SCRIPT_FILE.findall(script):
            path = posixpath.normpath(word)
            if path not in after and (path in before or script != old.get("scripts", {}).get(name)):
                yield f"the script {name} names {path}"
    if (main := manifest.get("main")) in before and main not in after:
        yield f"main names {main}"
    for path in after.keys() - before.keys():
        if "config" in path and path.endswith((".js", ".mjs", ".cjs")):
            for found in _IMPORT.finditer(after[path].decode()):
                if not _BUILT_IN.search(found["name"]) and _package_of(found["name"]) not in asked:
                    yield f"{path} imports {found['name']}, which package.json does not ask for"


def _sections(manifest: Mapping[str, dict[str, str]]) -> list[dict[str, str]]:
    return [manifest[name] for name in ("dependencies", "devDependencies") if name in manifest]


def _package_of(name: str) -> str:
    parts = name.split("/")
    return "/".join(parts[:2] if name.startswith("@") else parts[:1])
