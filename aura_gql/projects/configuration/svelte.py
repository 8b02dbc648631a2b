"""TypeScript in Svelte components."""

import re

from aura_gql.projects.configuration.kind import StarterKind
from aura_gql.projects.configuration.manifest import Manifest
from aura_gql.projects.configuration.references import rename_files
from aura_gql.projects.configuration.refusal import refuse
from aura_gql.projects.configuration.tsconfig import JSCONFIG, TSCONFIG
from aura_gql.projects.configuration.workspace import Workspace

_CONFIGS = ("svelte.config.js", "svelte.config.mjs", "svelte.config.ts")
_OBJECT = re.compile(r"^(?:const config(?:: Config)? = |export default )\{[ \t]*\r?\n", re.MULTILINE)
_STRICT = re.compile(r'(?<!\s)(\s*)"strict": true\b')
_KIT_TSCONFIG = """{
  "extends": "./.svelte-kit/tsconfig.json",
  "compilerOptions": {
    "strict": true,
    "noImplicitAny": false
  }
}
"""
_KIT_1 = "@sveltejs/kit/vite"
_PLUGIN = "@sveltejs/vite-plugin-svelte"


def compile_typescript(workspace: Workspace, manifest: Manifest, kind: StarterKind) -> None:
    """Preprocess `lang="ts"`, which Svelte before 5 doesn't understand by itself; OptionNotApplicable where not."""
    major = manifest.major_of("svelte")
    if major is None or major > 4:
        return
    is_kit_1 = kind is StarterKind.SVELTEKIT and manifest.major_of("@sveltejs/kit") == 1
    if not is_kit_1 and not manifest.has(_PLUGIN):
        raise refuse("typescript", f"its package.json does not name {_PLUGIN}, whose preprocessor compiles it")
    imported = f"import {{ vitePreprocess }} from '{_KIT_1 if is_kit_1 else _PLUGIN}';\n"
    path = next(filter(workspace.exists, _CONFIGS), None)
    if path is None:
        workspace.write(_CONFIGS[0], f"{imported}\nexport default {{\n  preprocess: vitePreprocess(),\n}};\n")
        return
    text = workspace.read(path) or ""
    if re.search(r"\bpreprocess\b", text):
        return
    place = _OBJECT.search(text)
    if place is None:
        raise refuse("typescript", f"no place for Svelte's preprocessor can be found in {path}")
    text = f"{text[: place.end()]}  preprocess: vitePreprocess(),\n{text[place.end() :]}"
    workspace.write(path, imported + text)


def use_tsconfig(workspace: Workspace, manifest: Manifest) -> None:
    """Have SvelteKit's jsconfig.json be a tsconfig.json; add one where there is neither."""
    if workspace.read(JSCONFIG) is None:
        workspace.write(TSCONFIG, _KIT_TSCONFIG)
        return
    rename_files(workspace, {JSCONFIG: TSCONFIG}, imports=False)
    text = workspace.read(TSCONFIG) or ""
    if "noImplicitAny" not in text:
        # Code that was written as JavaScript has no annotations.
        workspace.write(TSCONFIG, _STRICT.sub(r'\g<0>,\1"noImplicitAny": false', text))
    for name, command in manifest.scripts.items():
        manifest.set_script(name, command.replace(JSCONFIG, TSCONFIG))
