"""The text of `eslint.config.js` for projects that ESLint's own packages and a plugin are enough for."""

from aura_gql.projects.configuration.kind import StarterKind
from aura_gql.projects.configuration.outputs import output_folders

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


_REQUIRE_RULES = """{
    // What Node reads as CommonJS has no other way to import.
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  }"""


def config_for(kind: StarterKind, *, typescript: bool, module: bool = True) -> str:
    """The text of the flat configuration; `module` says whether its `.js` files are ES modules."""
    imports = [("js", "@eslint/js"), ("{ defineConfig, globalIgnores }", "eslint/config"), ("globals", "globals")]
    ignored = ", ".join(f"'{folder}'" for folder in output_folders(kind))
    parts = [f"globalIgnores([{ignored}])", "js.configs.recommended"]
    if typescript:
        imports.append(("tseslint", "typescript-eslint"))
        parts.append("tseslint.configs.recommended")
    plugin_imports, plugin_parts = _plugin_of(kind)
    imports += plugin_imports
    parts += plugin_parts
    parts.append(_globals_of(kind))
    if typescript:
        parts += [*_parsers_of(kind), _TYPESCRIPT_RULES, *(() if module else (_REQUIRE_RULES,))]
    if kind.runs_in_browsers:
        parts.append(_NODE_GLOBALS)
    lines = [f"import {name} from '{package}';\n" for name, package in sorted(imports, key=lambda item: item[1])]
    body = "".join(f"  {part},\n" for part in parts)
    return f"{''.join(lines)}\nexport default defineConfig([\n{body}]);\n"


def _plugin_of(kind: StarterKind) -> tuple[list[tuple[str, str]], list[str]]:
    """What to import, and what to put in."""
    if kind is StarterKind.VITE_REACT:
        hooks, refresh = "eslint-plugin-react-hooks", "eslint-plugin-react-refresh"
        rules = ["reactHooks.configs.flat.recommended", "reactRefresh.configs.vite"]
        return [("reactHooks", hooks), ("reactRefresh", refresh)], rules
    if kind is StarterKind.ASTRO:
        return [("astro", "eslint-plugin-astro")], ["astro.configs.recommended"]
    if kind.has_vue_components:
        return [("vue", "eslint-plugin-vue")], ["vue.configs['flat/essential']"]
    if kind.has_svelte_components:
        return [("svelte", "eslint-plugin-svelte")], ["svelte.configs.recommended"]
    return [], []


def _globals_of(kind: StarterKind) -> str:
    options = [f"globals: globals.{'browser' if kind.runs_in_browsers else 'node'}"]
    if kind is StarterKind.VITE_REACT:
        options.append("parserOptions: { ecmaFeatures: { jsx: true } }")
    return f"{{ languageOptions: {{ {', '.join(options)} }} }}"


def _parsers_of(kind: StarterKind) -> list[str]:
    """Files that are TypeScript inside another language."""
    if kind.has_vue_components:
        return [_VUE_PARSER]
    return [_SVELTE_PARSER] if kind.has_svelte_components else []
