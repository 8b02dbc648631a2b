"""The option `typescript`: JavaScript sources become TypeScript, checked by a script or before each build."""

import re

from aura_gql.projects.configuration.idioms import in_typescript
from aura_gql.projects.configuration.kind import StarterKind
from aura_gql.projects.configuration.manifest import Manifest
from aura_gql.projects.configuration.node_program import run_with_tsx
from aura_gql.projects.configuration.references import rename_files, with_entries
from aura_gql.projects.configuration.refusal import check_kind, refuse
from aura_gql.projects.configuration.sources import bundled_sources, has_typescript_sources, node_sources, own_texts
from aura_gql.projects.configuration.svelte import compile_typescript, use_tsconfig
from aura_gql.projects.configuration.tsconfig import JSCONFIG, TSCONFIG, write_tsconfig
from aura_gql.projects.configuration.versions import (
    NODE_TYPES,
    NODE_TYPES_16,
    REACT_TYPES,
    SVELTE_CHECK,
    TSX,
    TYPESCRIPT,
    TYPESCRIPT_4,
    TYPESCRIPT_5,
    VUE_TSC,
)
from aura_gql.projects.configuration.workspace import Workspace

_OPTION = "typescript"
_COMPONENT_SCRIPT = re.compile(r"<script(?![^<>]*\b(?:lang|src)=)([^<>]*)>(.*?)</script>", re.DOTALL)
_CHECKERS = {
    StarterKind.VITE: "tsc --noEmit",
    StarterKind.VITE_REACT: "tsc --noEmit",
    StarterKind.VITE_VUE: "vue-tsc --noEmit",
    StarterKind.VITE_SVELTE: "svelte-check --tsconfig ./tsconfig.json",
    StarterKind.NODE: "tsc --noEmit",
    StarterKind.BUNDLED_PAGE: "tsc --noEmit",
    StarterKind.NEXT: "tsc --noEmit",
    StarterKind.REACT_SCRIPTS: "tsc --noEmit",
    StarterKind.SVELTEKIT: "svelte-kit sync && svelte-check --tsconfig ./tsconfig.json",
}
_ENTRY_FIELDS = ("main", "module", "browser", "exports", "imports")
_DECLARATIONS = {
    StarterKind.NEXT: ("next-env.d.ts", ("next", "next/image-types/global")),
    StarterKind.REACT_SCRIPTS: ("src/react-app-env.d.ts", ("react-scripts",)),
}


def is_typescript(workspace: Workspace, manifest: Manifest) -> bool:
    """Whether the project is written in TypeScript already; a jsconfig.json has the compiler check JavaScript."""
    if workspace.exists(TSCONFIG) or has_typescript_sources(workspace):
        return True
    return manifest.has("typescript") and not workspace.exists(JSCONFIG)


def add_typescript(workspace: Workspace, manifest: Manifest, kind: StarterKind) -> None:
    """Rename the sources, add tsconfig.json, types and checks; nothing where it is TypeScript already."""
    if is_typescript(workspace, manifest):
        return
    check_kind(_OPTION, kind)
    if manifest.get("bin") is not None:
        raise refuse(_OPTION, "its package.json offers commands, which Node runs as JavaScript")
    renames = _renames(workspace, manifest, kind)
    if not renames and kind is not StarterKind.SVELTEKIT:
        raise refuse(_OPTION, "the template has no JavaScript sources to turn into TypeScript")
    if kind is StarterKind.NODE:
        run_with_tsx(workspace, manifest, renames)
    if kind.has_svelte_components:
        compile_typescript(workspace, manifest, kind)
    rename_files(workspace, renames, imports=kind is not StarterKind.NODE, endings=kind.is_vite)
    for path in renames.values():
        workspace.write(path, in_typescript(workspace.read(path) or ""))
    for field in _ENTRY_FIELDS:
        if (entry := manifest.get(field)) is not None:
            manifest.set(field, with_entries(entry, renames))
    _type_components(workspace)
    _declare(workspace, kind)
    if kind is StarterKind.SVELTEKIT:
        use_tsconfig(workspace, manifest)
    else:
        write_tsconfig(workspace, kind)
    manifest.add_tools(_tools_of(manifest, kind))
    if kind.is_vite:
        _check_before_build(manifest, _CHECKERS[kind])
    manifest.add_script("typecheck", _CHECKERS[kind])


def _renames(workspace: Workspace, manifest: Manifest, kind: StarterKind) -> dict[str, str]:
    match kind:
        case StarterKind.NODE:
            return node_sources(workspace)
        case StarterKind.NEXT | StarterKind.BUNDLED_PAGE:
            return bundled_sources(workspace, manifest, jsx=True)
        case StarterKind.REACT_SCRIPTS:
            return bundled_sources(workspace, manifest, "src/", jsx=True)
    return bundled_sources(workspace, manifest, "src/")


def _tools_of(manifest: Manifest, kind: StarterKind) -> dict[str, str]:
    match kind:
        case StarterKind.VITE_REACT:
            return {"typescript": TYPESCRIPT, **_react_types(manifest)}
        case StarterKind.VITE_VUE:
            return {"typescript": TYPESCRIPT, "vue-tsc": VUE_TSC}
        case StarterKind.VITE_SVELTE:
            return {"typescript": TYPESCRIPT, "svelte-check": SVELTE_CHECK}
        case StarterKind.NODE:
            tools = {"typescript": TYPESCRIPT, "tsx": TSX, "@types/node": NODE_TYPES}
            return {**tools, **_express_types(manifest)}
        case StarterKind.NEXT:
            return {"typescript": TYPESCRIPT_5, "@types/node": NODE_TYPES, **_react_types(manifest)}
        case StarterKind.REACT_SCRIPTS:
            return {"typescript": TYPESCRIPT_4, "@types/node": NODE_TYPES_16, **_react_types(manifest)}
        case StarterKind.SVELTEKIT:
            return {"typescript": TYPESCRIPT_5, "svelte-check": SVELTE_CHECK}
    return {"typescript": TYPESCRIPT}


def _react_types(manifest: Manifest) -> dict[str, str]:
    major = manifest.major_of("react")
    return REACT_TYPES if major is None or major > 18 else dict.fromkeys(REACT_TYPES, f"^{major}.0.0")


def _express_types(manifest: Manifest) -> dict[str, str]:
    if not manifest.has("express"):
        return {}
    return {"@types/express": "^4.17.25" if manifest.major_of("express") == 4 else "^5.0.6"}


def _type_components(workspace: Workspace) -> None:
    for path in own_texts(workspace):
        if path.endswith((".vue", ".svelte")):
            # Up to the last end, so that none is looked for in vain, which in a hostile text takes minutes.
            scripts, end, rest = (workspace.read(path) or "").rpartition("</script>")
            workspace.write(path, _COMPONENT_SCRIPT.sub(_typed, scripts + end) + rest)


def _typed(script: re.Match[str]) -> str:
    return f'<script{script[1]} lang="ts">{in_typescript(script[2])}</script>'


def _declare(workspace: Workspace, kind: StarterKind) -> None:
    default = ("src/vite-env.d.ts", ("vite/client",)) if kind.is_vite else None
    path, types = _DECLARATIONS.get(kind, default) or ("", ())
    if path and not workspace.exists(path):
        workspace.write(path, "".join(f'/// <reference types="{name}" />\n' for name in types))


def _check_before_build(manifest: Manifest, checker: str) -> None:
    build = manifest.scripts.get("build", "vite build")
    manifest.set_script("build", f"{checker} && {build}")
