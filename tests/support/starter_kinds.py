"""One small project of each sort that the options tell apart, of our own."""

import json
from collections.abc import Mapping
from typing import Final

from aura_gql.projects.configuration.kind import StarterKind

_HTML = '<div id="app"></div>\n<script type="module" src="/src/main.{}"></script>\n'
_SVELTE_CONFIG = "const config = {\n  kit: {},\n};\n\nexport default config;\n"


def _files(manifest: Mapping[str, object]) -> dict[str, bytes]:
    return {"package.json": json.dumps(manifest).encode()}


def _app(*packages: str, scripts: Mapping[str, str] | None = None) -> dict[str, object]:
    named = dict(package.rpartition("@")[::2] for package in packages)
    return {"name": "app", "scripts": {"dev": "start it", **(scripts or {})}, "dependencies": named}


PROJECTS: Final[Mapping[StarterKind, Mapping[str, bytes]]] = {
    StarterKind.VITE: {
        **_files(_app("vite@^8.0.0") | {"type": "module"}),
        "index.html": _HTML.format("js").encode(),
        "src/main.js": b"import './style.css';\nimport { a } from './lib/a.js';\na();\n",
        "src/lib/a.js": b"export const a = () => document.querySelector('#app').remove();\n",
        "src/style.css": b"body { margin: 0 }\n",
    },
    StarterKind.VITE_REACT: {
        **_files(_app("vite@^8.0.0", "react@^18.2.0", "react-dom@^18.2.0") | {"type": "module"}),
        "index.html": _HTML.format("jsx").encode(),
        "src/main.jsx": b"import App from './App.jsx';\nimport './index.css';\nexport default <App />;\n",
        "src/App.jsx": b"export default () => <p>Edit src/App.jsx</p>;\n",
        "src/index.css": b"body { margin: 0 }\n",
        "vite.config.js": b"import react from 'r';\nexport default {\n  plugins: [react()],\n};\n",
    },
    StarterKind.VITE_VUE: {
        **_files(_app("vite@^4.4.9", "vue@^3.3.4") | {"type": "module"}),
        "index.html": _HTML.format("js").encode(),
        "src/main.js": b"import './style.css';\nimport App from './App.vue';\nexport default App;\n",
        "src/App.vue": b"<script setup>\nconst a = 1;\n</script>\n\n<template>{{ a }}</template>\n",
        "src/style.css": b"body { margin: 0 }\n",
    },
    StarterKind.VITE_SVELTE: {
        **_files(_app("vite@^4.4.9", "svelte@^4.2.0", "@sveltejs/vite-plugin-svelte@^2.4.5") | {"type": "module"}),
        "index.html": _HTML.format("js").encode(),
        "jsconfig.json": b'{\n  // For editors.\n  "compilerOptions": { "checkJs": true }\n}\n',
        "src/main.js": b"import './app.css';\nimport App from './App.svelte';\nexport default App;\n",
        "src/App.svelte": b"<script>\n  let a = 1;\n</script>\n\n<p>{a}</p>\n",
        "src/app.css": b"body { margin: 0 }\n",
    },
    StarterKind.NODE: {
        **_files(_app("koa@^2.13.1", "nodemon@^3.0.1", scripts={"dev": "nodemon index.js", "start": "node index.js"})),
        "README.md": b"Run `node index.js`, or npm run dev after npm install koa.\n",
        "index.js": b"const a = require('./lib/a');\n// node index.js\na();\n",
        "lib/a.js": b"module.exports = () => 1;\n",
    },
    StarterKind.PAGE: {
        **_files(_app("servor@^4.0.2", scripts={"dev": "servor --reload"})),
        "index.html": b'<script src="script.js"></script>\n<link rel="stylesheet" href="style.css">\n',
        "script.js": b"document.title = 'A';\n",
        "style.css": b"body { margin: 0 }\n",
    },
    StarterKind.BUNDLED_PAGE: {
        "package.json": b'{"name": "page", "dependencies": {}}\n',
        "index.html": b'<div id="app"></div>\n',
        "index.js": b"import './style.css';\ndocument.getElementById('app').innerHTML = 'A';\n",
        "style.css": b"body { margin: 0 }\n",
    },
    StarterKind.ANGULAR: {
        **_files(_app("@angular/core@^21.1.0", "typescript@^5.9.3")),
        "angular.json": b'{"styles": ["src/styles.css"]}\n',
        "src/main.ts": b"export const a = 1;\n",
        "src/styles.css": b"body { margin: 0 }\n",
        "tsconfig.json": b"{}\n",
    },
    StarterKind.ASTRO: {
        **_files(_app("astro@^5.0.0") | {"type": "module"}),
        "src/pages/index.astro": b"---\nconst a = 1;\n---\n<p>{a}</p>\n",
        "tsconfig.json": b'{ "extends": "astro/tsconfigs/base" }\n',
    },
    StarterKind.EGG: {
        **_files(_app("egg@^2.37.0", scripts={"dev": "node index.js"})),
        "app/router.js": b"module.exports = () => {};\n",
        "index.js": b"require('egg');\n",
    },
    StarterKind.EXPO: {
        **_files(_app("expo@^54.0.0", "react@19.1.0", "typescript@~5.9.2", scripts={"lint": "expo lint"})),
        ".prettierrc": b"{}\n",
        "app/index.tsx": b"export default () => null;\n",
        "tsconfig.json": b'{ "extends": "expo/tsconfig.base" }\n',
    },
    StarterKind.NEXT: {
        **_files(_app("next@^13.4.0", "react@^18.2.0", "react-dom@^18.2.0")),
        "helpers/a.js": b"export const a = 1;\n",
        "next.config.js": b"module.exports = {};\n",
        "pages/_app.js": b"import '../styles/globals.css';\nimport { a } from '../helpers/a.js';\n<p>{a}</p>;\n",
        "styles/globals.css": b"body { margin: 0 }\n",
    },
    StarterKind.NUXT: {
        **_files(_app("nuxt@^3.7.0")),
        "app.vue": b"<template>A</template>\n",
        "assets/main.css": b"body { margin: 0 }\n",
        "nuxt.config.ts": b"export default defineNuxtConfig({\n  css: ['~/assets/main.css'],\n});\n",
        "tsconfig.json": b'{ "extends": "./.nuxt/tsconfig.json" }\n',
    },
    StarterKind.QUASAR: {
        **_files(_app("quasar@^2.9.2", "@quasar/app-vite@^1.1.2", "vue@^3.2.40")),
        "quasar.config.js": b"module.exports = {};\n",
        "src/App.vue": b"<template>A</template>\n",
        "src/router/index.js": b"export default 1;\n",
    },
    StarterKind.QWIK: {
        **_files(_app("@builder.io/qwik@^1.7.3", "vite@^5.2.10", "typescript@5.4.5") | {"type": "module"}),
        "src/global.css": b"body { margin: 0 }\n",
        "src/root.tsx": b"import './global.css';\nexport default 1;\n",
        "tsconfig.json": b"{}\n",
        "vite.config.ts": b"export default defineConfig(() => {\n  return {\n    plugins: [qwik()],\n  };\n});\n",
    },
    StarterKind.REACT_SCRIPTS: {
        **_files(_app("react-scripts@^5.0.1", "react@^18.2.0", "react-dom@^18.2.0")),
        "public/index.html": b'<div id="root"></div>\n',
        "src/App.js": b"import './style.css';\nexport default () => <p>A</p>;\n",
        "src/index.js": b"import App from './App';\nexport default App;\n",
        "src/style.css": b"body { margin: 0 }\n",
    },
    StarterKind.REMOTION: {
        **_files(_app("remotion@^4.0.0", "react@^19.0.0", "typescript@5.6.2")),
        "src/index.ts": b"export default 1;\n",
        "tsconfig.json": b"{}\n",
    },
    StarterKind.SLIDEV: {
        **_files(_app("@slidev/cli@latest")),
        "components/Counter.vue": b"<template>A</template>\n",
        "slides.md": b"# A\n",
    },
    StarterKind.SVELTEKIT: {
        **_files(
            _app("@sveltejs/kit@^1.20.4", "svelte@^4.0.0", "vite@^4.3.6", scripts={"check": "check ./jsconfig.json"})
        ),
        "jsconfig.json": b'{ "extends": "./.svelte-kit/tsconfig.json" }\n',
        "src/routes/+page.js": b"export const prerender = true;\n",
        "src/routes/+page.svelte": b"<script>\n  let a = 1;\n</script>\n\n<p>{a}</p>\n",
        "svelte.config.js": _SVELTE_CONFIG.encode(),
    },
    StarterKind.VUE_CLI: {
        **_files(_app("vue@^3.3.4", "@vue/cli-service@^5.0.8")),
        "src/App.vue": b"<template>A</template>\n",
        "src/main.js": b"import App from './App.vue';\nexport default App;\n",
    },
    StarterKind.FRAMEWORK: {
        **_files(_app("gatsby@^5.0.0", "react@^18.0.0")),
        "src/pages/index.js": b"export default () => <p>A</p>;\n",
    },
    StarterKind.PYTHON: {"main.py": b"print(1)\n"},
    StarterKind.STATIC: {"index.html": b"<p>A</p>\n", "script.js": b"let a;\n"},
    StarterKind.OTHER: {"main.sh": b"echo 1\n"},
    StarterKind.UNREADABLE: {"package.json": b"{]\n", "index.js": b"let a;\n"},
}
"""Files by path."""
