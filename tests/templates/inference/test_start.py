"""How files are started."""

import json

import pytest

from aura_gql.templates.inference.records import StarterFile
from aura_gql.templates.inference.start import start_command_of, tools_of
from tests.support.templates import all_bundles

PAGE = 'python3 -m http.server "${PORT:-8000}" --bind "${HOST:-127.0.0.1}"'

BUNDLE = (
    "mkdir -p /tmp/page && (cat index.html; echo"
    """ '<link rel="stylesheet" href="index.css"><script src="index.js"></script>') > /tmp/page/index.html"""
    " && npx --yes esbuild@0.25 {} --bundle --outdir=/tmp/page --servedir=/tmp/page --watch=forever"
)


def start(manifest: dict[str, object] | None, *paths: str) -> str | None:
    files = {path: StarterFile(1) for path in paths}
    if manifest is not None:
        files["package.json"] = StarterFile.of(json.dumps(manifest).encode())
    return start_command_of(files)


PACKAGES = {"dependencies": {"x": "1"}}


@pytest.mark.parametrize(
    ("manifest", "paths", "command"),
    [
        ({**PACKAGES, "scripts": {"start": "a", "dev": "b"}}, ["index.html"], "npm install && npm run dev"),
        ({**PACKAGES, "scripts": {"test": "a", "start": "b"}}, [], "npm install && npm run start"),
        ({**PACKAGES, "scripts": {"frontend": "a", "backend": "b"}}, [], "npm install && npm run backend"),
        ({"scripts": {"start": "node index.js"}}, ["index.js"], "npm run start"),
        ({"packageManager": "pnpm@9", **PACKAGES, "scripts": {"dev": "a"}}, [], "pnpm install && pnpm run dev"),
        ({**PACKAGES, "scripts": {"dev": "a"}}, ["yarn.lock"], "yarn install && yarn run dev"),
        ({**PACKAGES, "scripts": {"dev": "a"}}, ["bun.lockb"], "bun install && bun run dev"),
        ({"packageManager": "npm; rm -rf /@1", "scripts": {"dev": "a"}}, ["pnpm-lock.yaml"], "pnpm run dev"),
        ({"main": "run.js"}, ["index.js", "run.js"], "node run.js"),
        ({"main": "./run.mjs", **PACKAGES}, ["run.mjs"], "npm install && node run.mjs"),
        ({"main": "x.js; reboot"}, ["index.js", "x.js; reboot"], "node index.js"),
        ({"main": "gone.js"}, ["server.js"], "node server.js"),
        ({"packageManager": "bun@1"}, ["index.js"], "bun index.js"),
        (PACKAGES, ["index.html", "main.js"], PAGE),
        (PACKAGES, ["index.html", "index.ts", "index.js"], f"npm install && {BUNDLE.format('index.ts')}"),
        ({"scripts": {"lint": "a"}}, ["index.html", "index.jsx"], BUNDLE.format("index.jsx")),
        (None, ["index.html"], PAGE),
        (None, ["app.py", "util.py"], "python3 app.py"),
        ({}, ["README.md"], None),
        (None, ["README.md"], None),
    ],
)
def test_a_command_starts_it(manifest: dict[str, object] | None, paths: list[str], command: str | None) -> None:
    assert start(manifest, *paths) == command


@pytest.mark.parametrize(
    ("page", "command"), [(b"<p>", BUNDLE.format("index.js")), (b'<SCRIPT src="index.js"></SCRIPT>', PAGE)]
)
def test_a_page_that_names_a_script_needs_no_bundle(page: bytes, command: str) -> None:
    files = {"package.json": StarterFile.of(b"{}"), "index.js": StarterFile(1), "index.html": StarterFile.of(page)}
    assert start_command_of(files) == command


def test_a_broken_manifest_tells_nothing() -> None:
    assert start_command_of({"package.json": StarterFile.of(b"{"), "index.js": StarterFile(1)}) is None


async def test_what_starts_bundled_templates_is_found_too() -> None:
    for bundle in await all_bundles():
        files = {file.path: StarterFile.of(file.data) for file in bundle.files}
        if "package.json" in files and bundle.category != "scripting" and bundle.dependencies:
            assert (bundle.slug, start_command_of(files)) == (bundle.slug, bundle.start_command)
        if bundle.type == "static":
            assert start_command_of(files) == bundle.start_command


@pytest.mark.parametrize(
    ("command", "tools"),
    [
        ("npm install && npm run dev", ("node", "npm")),
        ("npm install && node index.js", ("node", "npm")),
        ("yarn install && yarn run dev", ("node", "yarn")),
        ("bun install && bun run dev", ("bun",)),
        ("node index.js", ("node",)),
        (PAGE, ("python3",)),
        (BUNDLE, ("node", "npm")),
    ],
)
def test_a_command_tells_its_tools(command: str, tools: tuple[str, ...]) -> None:
    assert tools_of(command) == tools
