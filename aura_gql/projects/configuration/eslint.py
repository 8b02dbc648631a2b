"""The option `eslint`: a flat configuration for the framework at hand."""

from aura_gql.projects.configuration.kind import StarterKind
from aura_gql.projects.configuration.manifest import Manifest
from aura_gql.projects.configuration.refusal import refuse
from aura_gql.projects.configuration.typescript import is_typescript
from aura_gql.projects.configuration.versions import (
    ESLINT,
    ESLINT_REACT,
    ESLINT_SVELTE,
    ESLINT_VUE,
    TYPESCRIPT,
    TYPESCRIPT_ESLINT,
)
from aura_gql.projects.configuration.workspace import Workspace

_EXISTING = ("eslint.config.", ".eslintrc")
_IGNORED = "globalIgnores(['dist/', 'coverage/'])"
_TYPESCRIPT_RULES = """{
    files: ['**/*.{ts,tsx,vue,svelte}'],
    rules: {
      // The compiler finds these, and knows the types that the DOM and the frameworks declare.
      'no-undef': 'off',
      '@typescript-eslint/no-explicit-any': 'warn',
    },
  }"""
_NODE_GLOBALS = """{
    files: ['*.config.js', '*.config.ts'],
    languageOptions: { globals: globals.node },
  }"""

_VUE_PARSER = """{
    files: ['**/*.vue'],
    languageOptions: { parserOptions: { parser: tseslint.parser } },
  }"""
_SVELTE_PARSER = """{
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: {
      parserOptions: { parser: tseslint.parser, extraFileExtensions: ['.svelte'] },
    },
  }"""


def add_eslint(workspace: Workspace, manifest: Manifest, kind: StarterKind) -> None:
    """Add `eslint.config.js`, its packages and the script `lint`, where there is no ESLint."""
    if manifest.has("eslint") or any(path.startswith(_EXISTING) for path in workspace.paths()):
        return
    if kind is StarterKind.FRAMEWORK:
        raise refuse("eslint", f"the template is {kind}; set up the framework's own ESLint plugin")
    typescript = is_typescript(workspace, manifest)
    manifest.add_tools(ESLINT)
    if typescript:
        manifest.add_tools({"typescript-eslint": TYPESCRIPT_ESLINT})
        _hold_back_typescript(manifest)
    manifest.add_tools(_plugins_of(kind))
    path = "eslint.config.js" if manifest.is_module else "eslint.config.mjs"
    workspace.write(path, config_for(kind, typescript=typescript))
    manifest.set_script("lint", "eslint .")


def _hold_back_typescript(manifest: Manifest) -> None:
    """typescript-eslint refuses to be installed beside a TypeScript newer than it knows."""
    if (version := manifest.version_of("typescript")) and version.lstrip("^~>=v").split(".")[0] not in ("4", "5", "6"):
        manifest.add("typescript", TYPESCRIPT, dev=True)


def _plugins_of(kind: StarterKind) -> dict[str, str]:
    match kind:
        case StarterKind.VITE_REACT:
            return ESLINT_REACT
        case StarterKind.VITE_VUE:
            return {"eslint-plugin-vue": ESLINT_VUE}
        case StarterKind.VITE_SVELTE:
            return {"eslint-plugin-svelte": ESLINT_SVELTE}
    return {}


def config_for(kind: StarterKind, *, typescript: bool) -> str:
    """The text of the flat configuration."""
    imports = [("js", "@eslint/js"), ("{ defineConfig, globalIgnores }", "eslint/config"), ("globals", "globals")]
    parts = [_IGNORED, "js.configs.recommended"]
    if typescript:
        imports.append(("tseslint", "typescript-eslint"))
        parts.append("tseslint.configs.recommended")
    match kind:
        case StarterKind.VITE_REACT:
            imports.append(("reactHooks", "eslint-plugin-react-hooks"))
            imports.append(("reactRefresh", "eslint-plugin-react-refresh"))
            parts += ["reactHooks.configs.flat.recommended", "reactRefresh.configs.vite"]
        case StarterKind.VITE_VUE:
            imports.append(("vue", "eslint-plugin-vue"))
            parts.append("vue.configs['flat/essential']")
        case StarterKind.VITE_SVELTE:
            imports.append(("svelte", "eslint-plugin-svelte"))
            parts.append("svelte.configs.recommended")
    parts.append(_globals_of(kind))
    if typescript:
        parts += [*_parsers_of(kind), _TYPESCRIPT_RULES]
    if kind.is_vite:
        parts.append(_NODE_GLOBALS)
    lines = [f"import {name} from '{package}';\n" for name, package in sorted(imports, key=lambda item: item[1])]
    body = "".join(f"  {part},\n" for part in parts)
    return f"{''.join(lines)}\nexport default defineConfig([\n{body}]);\n"


def _globals_of(kind: StarterKind) -> str:
    options = [f"globals: globals.{'browser' if kind.is_vite else 'node'}"]
    if kind is StarterKind.VITE_REACT:
        options.append("parserOptions: { ecmaFeatures: { jsx: true } }")
    return f"{{ languageOptions: {{ {', '.join(options)} }} }}"


def _parsers_of(kind: StarterKind) -> list[str]:
    """Files that are TypeScript inside another language."""
    match kind:
        case StarterKind.VITE_VUE:
            return [_VUE_PARSER]
        case StarterKind.VITE_SVELTE:
            return [_SVELTE_PARSER]
    return []
