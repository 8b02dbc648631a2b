"""The configuration of the TypeScript compiler, as each sort of project needs it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from aura_gql.projects.configuration.kind import StarterKind
from aura_gql.projects.configuration.layout import json_file
from aura_gql.projects.configuration.references import rename_files
from aura_gql.projects.configuration.refusal import refuse
from aura_gql.projects.configuration.workspace import Workspace

TSCONFIG = "tsconfig.json"
JSCONFIG = "jsconfig.json"

# Code that was written as JavaScript has no annotations: what they would say is inferred or `any`.
_STRICTNESS = {"strict": True, "noImplicitAny": False, "skipLibCheck": True, "noEmit": True}
# Frameworks that check types in each build; what they would refuse of JavaScript must not stop one.
_LENIENCE = {"strict": False, "skipLibCheck": True, "noEmit": True}


def write_tsconfig(workspace: Workspace, kind: StarterKind) -> None:
    """Write tsconfig.json in place of jsconfig.json, whose aliases it takes over; OptionNotApplicable where not."""
    aliases = _take_aliases(workspace)
    match kind:
        case StarterKind.NEXT:
            text = _rendered({**_NEXT, **_LENIENCE, **aliases}, ["next-env.d.ts", "**/*.ts", "**/*.tsx"])
        case StarterKind.REACT_SCRIPTS:
            text = _rendered({**_REACT_SCRIPTS, **_LENIENCE, **aliases}, ["src"])
        case StarterKind.NODE:
            text = _rendered({**_NODE, **_STRICTNESS, **aliases}, ["**/*.ts"])
        case StarterKind.BUNDLED_PAGE:
            text = _rendered({**_PAGE, **_STRICTNESS, **aliases}, ["**/*.ts", "**/*.tsx"])
        case _:
            text = _rendered({**_vite(kind), **_STRICTNESS, **aliases}, ["src"])
    workspace.write(TSCONFIG, text)


def _vite(kind: StarterKind) -> dict[str, Any]:
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
    return options


_NODE: Mapping[str, Any] = {
    "target": "ES2023",
    "lib": ["ES2023"],
    "module": "NodeNext",
    "isolatedModules": True,
    # Files of CommonJS have no `import` by which the compiler knew that their names are their own.
    "moduleDetection": "force",
    "types": ["node"],
}
_PAGE: Mapping[str, Any] = {
    "target": "ES2022",
    "lib": ["ES2022", "DOM", "DOM.Iterable"],
    "module": "ESNext",
    "moduleResolution": "bundler",
    # Style sheets are imported, too.
    "noUncheckedSideEffectImports": False,
    "isolatedModules": True,
    "moduleDetection": "force",
    "types": [],
}
_NEXT: Mapping[str, Any] = {
    "target": "ES2017",
    "lib": ["dom", "dom.iterable", "esnext"],
    "module": "esnext",
    "moduleResolution": "bundler",
    "esModuleInterop": True,
    "resolveJsonModule": True,
    "isolatedModules": True,
    "jsx": "preserve",
    "incremental": True,
}
_REACT_SCRIPTS: Mapping[str, Any] = {
    "target": "es5",
    "lib": ["dom", "dom.iterable", "esnext"],
    "module": "esnext",
    "moduleResolution": "node",
    "allowJs": True,
    "esModuleInterop": True,
    "allowSyntheticDefaultImports": True,
    "forceConsistentCasingInFileNames": True,
    "noFallthroughCasesInSwitch": True,
    "resolveJsonModule": True,
    "isolatedModules": True,
    "jsx": "react-jsx",
}


def _take_aliases(workspace: Workspace) -> dict[str, Any]:
    if not workspace.exists(JSCONFIG):
        return {}
    text = workspace.read(JSCONFIG) or ""
    try:
        options = json.loads(text).get("compilerOptions", {})
        aliases = {name: options[name] for name in ("baseUrl", "paths") if name in options}
    except (ValueError, RecursionError, AttributeError, TypeError):
        # With comments, which JSON has none of. What it says beside aliases is for editors.
        aliases = {}
        if not text or '"paths"' in text or '"baseUrl"' in text:
            raise refuse("typescript", f"the aliases in {JSCONFIG} can't be read") from None
    rename_files(workspace, {JSCONFIG: TSCONFIG}, imports=False)
    return aliases


def _rendered(options: dict[str, Any], include: Sequence[str]) -> str:
    return json_file({"compilerOptions": options, "include": list(include)})
