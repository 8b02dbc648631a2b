"""A small repository of starters of our own, for where the snapshot is not."""

import json
from typing import Final

_LOCK = json.dumps({"name": "vite-own", "lockfileVersion": 3, "packages": {}})

OWN_STARTERS: Final[dict[str, bytes]] = {
    ".github/workflows/check.yml": b"on: push\n",
    "README.md": b"# Starters\n",
    "_scripts/check.js": b"console.log('checks');\n",
    "package.json": b'{"name": "starters", "private": true}\n',
    "test/starters.test.js": b"",
    "node-own/README.md": b"# Node\n\nA server without packages.\n",
    "node-own/index.js": b"require('node:http').createServer((_, a) => a.end('own')).listen(3000);\n",
    "node-own/package.json": json.dumps(
        {"name": "node-own", "description": "A server of Node", "scripts": {"start": "node index.js"}}
    ).encode(),
    "static-own/index.html": b"<!doctype html><title>own</title><script src=script.js></script>\n",
    "static-own/script.js": b"document.title = 'ours';\n",
    "static-own/logo.png": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    "vite-own/index.html": b"<!doctype html><div id=app></div><script type=module src=/src/main.ts></script>\n",
    "vite-own/package-lock.json": _LOCK.encode(),
    "vite-own/package.json": json.dumps(
        {
            "name": "vite-own",
            "private": True,
            "type": "module",
            "scripts": {"dev": "vite", "build": "tsc && vite build"},
            "dependencies": {"react": "^19.0.0"},
            "devDependencies": {"typescript": "~5.9.3", "vite": "^7.1.0"},
        }
    ).encode(),
    "vite-own/src/main.ts": b"document.querySelector('#app')!.textContent = 'own';\n",
}
"""Paths and bytes: three starters (`node-own`, `static-own`, `vite-own`) and folders that are none."""
