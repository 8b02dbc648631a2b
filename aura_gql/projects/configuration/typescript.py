"""The option `typescript`: JavaScript sources become TypeScript, checked by a script or before each build."""

import re
from typing import Any

from aura_gql.projects.configuration.idioms import in_typescript
from aura_gql.projects.configuration.kind import StarterKind
from aura_gql.projects.configuration.layout import json_file
from aura_gql.projects.configuration.manifest import Manifest
from aura_gql.projects.configuration.references import rename_files, with_paths
from aura_gql.projects.configuration.refusal import refuse
from aura_gql.projects.configuration.versions import (
    NODE_TYPES,
    REACT_TYPES,
    SVELTE_CHECK,
    TSX,
    TYPESCRIPT,
    VUE_TSC,
)
from aura_gql.projects.configuration.workspace import Workspace

_OPTION = "typescript"
_CONFIG = re.compile(r"(?:^|/)[\w.-]+\.config\.[cm]?js$")
_COMPONENT_SCRIPT = re.compile(r"<script(?![^>]*\blang=)([^>]*)>")
_CHECKERS = {
    StarterKind.VITE: "tsc --noEmit",
    StarterKind.VITE_REACT: "tsc --noEmit",
    StarterKind.VITE_VUE: "vue-tsc --noEmit",
    StarterKind.VITE_SVELTE: "svelte-check --tsconfig ./tsconfig.json",
    StarterKind.NODE: "tsc --noEmit",
}
# Node 20 looks for JavaScript alone when no test is named, and takes no patterns.
_TESTS = "$(find . -name '*.test.ts' -not -path '*/node_modules/*')"
# Code that was written as JavaScript has no annotations: what they would say is inferred or `any`.
_STRICTNESS = {"strict": True, "noImplicitAny": False, "skipLibCheck": True, "noEmit": True}


def is_typescript(workspace: Workspace, manifest: Manifest) -> bool:
    """Whether the project is written in TypeScript already."""
    return manifest.has("typescript") or workspace.exists("tsconfig.json")


def add_typescript(workspace: Workspace, manifest: Manifest, kind: StarterKind) -> None:
    """Rename the sources, add tsconfig.json, types and checks; nothing where it is TypeScript already."""
    if is_typescript(workspace, manifest):
        return
    if kind not in _CHECKERS:
        raise refuse(_OPTION, f"the template is {kind}; choose its TypeScript variant")
    renames = _renames(workspace, kind)
    if not renames:
        raise refuse(_OPTION, "the template has no JavaScript sources to turn into TypeScript")
    rename_files(workspace, renames, imports=kind.is_vite)
    for path in renames.values():
        workspace.write(path, in_typescript(workspace.read(path) or ""))
    manifest.add_tools({"typescript": TYPESCRIPT, **_tools_of(kind)})
    manifest.add_tools(_types_of(manifest))
    if kind.is_vite:
        _type_components(workspace)
        workspace.write("src/vite-env.d.ts", '/// <reference types="vite/client" />\n')
        workspace.write("tsconfig.json", _vite_config(kind))
        _check_before_build(manifest, _CHECKERS[kind])
    else:
        workspace.write("tsconfig.json", _node_config())
        _run_with_tsx(manifest, renames)
    manifest.set_script("typecheck", _CHECKERS[kind])


def _renames(workspace: Workspace, kind: StarterKind) -> dict[str, str]:
    renames = {}
    for path in workspace.texts():
        stem, dot, ending = path.rpartition(".")
        if kind.is_vite and not path.startswith("src/"):
            continue
        if dot and ending in ("js", "jsx", "mjs") and not _CONFIG.search(path) and not path.startswith("public/"):
            renames[path] = f"{stem}.{ending.replace('js', 'ts')}"
    return renames


def _tools_of(kind: StarterKind) -> dict[str, str]:
    match kind:
        case StarterKind.VITE_REACT:
            return REACT_TYPES
        case StarterKind.VITE_VUE:
            return {"vue-tsc": VUE_TSC}
        case StarterKind.VITE_SVELTE:
            return {"svelte-check": SVELTE_CHECK}
        case StarterKind.NODE:
            return {"tsx": TSX, "@types/node": NODE_TYPES}
    return {}


def _types_of(manifest: Manifest) -> dict[str, str]:
    return {"@types/express": "^5.0.6"} if manifest.has("express") else {}


def _type_components(workspace: Workspace) -> None:
    for path in workspace.texts():
        if path.endswith((".vue", ".svelte")):
            text = workspace.read(path) or ""
            workspace.write(path, _COMPONENT_SCRIPT.sub(r'<script\1 lang="ts">', text))


def _check_before_build(manifest: Manifest, checker: str) -> None:
    build = manifest.scripts.get("build", "vite build")
    manifest.set_script("build", f"{checker} && {build}")


def _vite_config(kind: StarterKind) -> str:
    options: dict[str, Any] = {
        "target": "ES2022",
        "lib": ["ES2022", "DOM", "DOM.Iterable"],
        "module": "ESNext",
        "moduleResolution": "bundler",
        "allowImportingTsExtensions": True,
        "isolatedModules": True,
        "moduleDetection": "force",
        "verbatimModuleSyntax": True,
        "types": ["vite/client"],
    }
    if kind is StarterKind.VITE_REACT:
        options["jsx"] = "react-jsx"
    if kind is StarterKind.VITE_SVELTE:
        options["types"] = ["svelte", "vite/client"]
    return _rendered(options, ["src"])


def _node_config() -> str:
    options: dict[str, Any] = {
        "target": "ES2023",
        "lib": ["ES2023"],
        "module": "NodeNext",
        "isolatedModules": True,
        "types": ["node"],
    }
    return _rendered(options, ["**/*.ts"])


def _rendered(options: dict[str, Any], include: list[str]) -> str:
    return json_file({"compilerOptions": {**options, **_STRICTNESS}, "include": include})


def _run_with_tsx(manifest: Manifest, renames: dict[str, str]) -> None:
    """Node can't run TypeScript before version 22.18; tsx can, and takes node's own options."""
    for name, script in manifest.scripts.items():
        command = re.sub(r"\bnode --watch\b", "tsx watch", with_paths(script, renames))
        command = re.sub(r"\bnode(?= )", "tsx", command)
        manifest.set_script(name, re.sub(r"--test$", f"--test {_TESTS}", command))
    if isinstance(main := manifest.get("main"), str):
        manifest.set("main", with_paths(main, renames))
