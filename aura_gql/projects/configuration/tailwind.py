"""The option `tailwindcss`: Tailwind 4 by its plugin for Vite or for PostCSS, Tailwind 3 where a build has that."""

from aura_gql.projects.configuration.kind import StarterKind
from aura_gql.projects.configuration.layout import json_file
from aura_gql.projects.configuration.manifest import Manifest
from aura_gql.projects.configuration.refusal import check_kind, refuse
from aura_gql.projects.configuration.stylesheets import main_stylesheet, prepend
from aura_gql.projects.configuration.versions import TAILWIND, TAILWIND_3, TAILWIND_POSTCSS
from aura_gql.projects.configuration.vite_config import CONFIGS, NEW_CONFIG, with_nuxt_plugin, with_plugin
from aura_gql.projects.configuration.workspace import Workspace

_OPTION = "tailwindcss"
_IMPORT = "@import 'tailwindcss';\n\n"
_DIRECTIVES = "@tailwind base;\n@tailwind components;\n@tailwind utilities;\n\n"
_POSTCSS_CONFIGS = ("postcss.config.", ".postcssrc")
_NUXT_CONFIGS = ("nuxt.config.ts", "nuxt.config.js", "nuxt.config.mjs")
_RIVALS = {"bootstrap": "Bootstrap", "unocss": "UnoCSS", "bulma": "Bulma"}
_CONFIG_3 = """/** @type {import('tailwindcss').Config} */
module.exports = {
  content: ['./public/index.html', './src/**/*.{js,jsx,ts,tsx}'],
  theme: { extend: {} },
  plugins: [],
};
"""


def add_tailwind(workspace: Workspace, manifest: Manifest, kind: StarterKind) -> None:
    """Add its packages, its plugin to the build and its import to the main stylesheet; nothing where it is there."""
    if manifest.has("tailwindcss"):
        return
    check_kind(_OPTION, kind)
    rival = next((name for package, name in _RIVALS.items() if manifest.has(package)), None)
    if rival is not None:
        raise refuse(_OPTION, f"the template is styled with {rival}, whose class names are Tailwind's too")
    _check_version(manifest, kind)
    stylesheet = main_stylesheet(workspace, kind, manifest)
    if kind is StarterKind.REACT_SCRIPTS:
        workspace.write("tailwind.config.cjs" if manifest.is_module else "tailwind.config.js", _CONFIG_3)
        manifest.add_tools({"tailwindcss": TAILWIND_3})
        prepend(workspace, stylesheet, _DIRECTIVES)
        return
    if kind is StarterKind.NUXT:
        _add_to_nuxt(workspace, manifest)
    elif not _add_to_vite(workspace, manifest, kind):
        _add_to_postcss(workspace, manifest)
    prepend(workspace, stylesheet, _IMPORT)


def _check_version(manifest: Manifest, kind: StarterKind) -> None:
    """The versions of which we know how Tailwind comes in."""
    known = {
        StarterKind.ANGULAR: ("@angular/core", 18, None),
        StarterKind.NEXT: ("next", 13, None),
        StarterKind.NUXT: ("nuxt", 3, None),
        StarterKind.REACT_SCRIPTS: ("react-scripts", 5, 5),
        StarterKind.VUE_CLI: ("@vue/cli-service", 5, None),
    }.get(kind)
    if known is None:
        return
    package, first, last = known
    major = manifest.major_of(package) or first
    if major < first or (last is not None and major > last):
        raise refuse(_OPTION, f"the template's version of {package} has no place for it that we know")


def _add_to_vite(workspace: Workspace, manifest: Manifest, kind: StarterKind) -> bool:
    """Whether Vite takes the plugin, which is an ES module and for Vite from 5.2; OptionNotApplicable."""
    if not (kind.is_vite or kind in (StarterKind.QWIK, StarterKind.SVELTEKIT)):
        return False
    path = next(filter(workspace.exists, CONFIGS), "vite.config.js" if manifest.is_module else "vite.config.mjs")
    if not _takes_plugin(manifest) or not (manifest.is_module or path.endswith((".mjs", ".mts"))):
        return False
    config = with_plugin((workspace.read(path) or "") if workspace.exists(path) else NEW_CONFIG)
    if config is None:
        raise refuse(_OPTION, f"no place for Tailwind's plugin can be found in {path}")
    workspace.write(path, config)
    manifest.add_tools(TAILWIND)
    return True


def _takes_plugin(manifest: Manifest) -> bool:
    major = manifest.major_of("vite")
    if major == 5:
        return (manifest.version_of("vite") or "").startswith("^")
    return major is None or major > 5


def _add_to_nuxt(workspace: Workspace, manifest: Manifest) -> None:
    path = next(filter(workspace.exists, _NUXT_CONFIGS), _NUXT_CONFIGS[0])
    config = with_nuxt_plugin(workspace.read(path) or "")
    if config is None:
        raise refuse(_OPTION, f"no place for Tailwind's plugin can be found in {path}")
    workspace.write(path, config)
    manifest.add_tools(TAILWIND)


def _add_to_postcss(workspace: Workspace, manifest: Manifest) -> None:
    """As JSON, which every build that uses PostCSS reads, and whatever module system the project has."""
    if manifest.get("postcss") is not None or any(path.startswith(_POSTCSS_CONFIGS) for path in workspace.paths()):
        raise refuse(_OPTION, "the template has a PostCSS configuration of its own")
    workspace.write(".postcssrc.json", json_file({"plugins": {"@tailwindcss/postcss": {}}}))
    manifest.add_tools(TAILWIND_POSTCSS)
