"""Every bundled starter is whole and tidy; told without a network, and without running it."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest

from aura_gql.kernel.languages import is_binary
from aura_gql.templates.records import TemplateBundle, TemplateFile
from aura_gql.templates.sources.bundled import BUNDLED_FOLDER
from tests.support.templates import all_bundles

SLUGS = sorted(path.parent.name for path in BUNDLED_FOLDER.glob("*/template.toml"))
TOOLS = {"bash", "node", "npm", "python3"}
CATEGORIES = {"backend", "frontend", "scripting"}
SCRIPTS = (".js", ".jsx", ".ts", ".vue", ".svelte")
IMPORT = re.compile(r"""^\s*(?:import|export)\s+(?:[\w*{}\s,]+\sfrom\s+)?['"]([^'"\n]+)['"]""", re.MULTILINE)
RUN_FILE = re.compile(r"^(?:node|tsx)(?: --?\w+| watch)* (\S+\.[jt]s)$")
BUILT = "dist/"


@pytest.fixture
async def bundle(slug: str) -> TemplateBundle:
    return next(bundle for bundle in await all_bundles() if bundle.slug == slug)


def texts(bundle: TemplateBundle) -> dict[str, str]:
    return {file.path: file.data.decode() for file in bundle.files}


async def test_there_are_enough_and_their_names_differ() -> None:
    bundles = await all_bundles()
    assert [bundle.slug for bundle in bundles] == SLUGS
    assert len(bundles) >= 12
    assert len({bundle.name for bundle in bundles}) == len(bundles)
    assert {bundle.category for bundle in bundles} == CATEGORIES


@pytest.mark.parametrize("slug", SLUGS)
def test_it_is_described(bundle: TemplateBundle, slug: str) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", slug)
    assert 2 <= len(bundle.name) <= 40
    assert 40 <= len(bundle.description) <= 160
    assert bundle.description.endswith(".")
    assert re.fullmatch(r"[a-z]+", bundle.type)
    assert bundle.type in {*bundle.tags, "static"}
    assert len(set(bundle.tags)) == len(bundle.tags)
    assert all(re.fullmatch(r"[a-z]+", tag) for tag in bundle.tags)
    assert bundle.required_tools
    assert set(bundle.required_tools) <= TOOLS
    assert ("offline" in bundle.tags) == (not bundle.dependencies)
    assert ("npm" in bundle.required_tools) == bool(bundle.dependencies)


@pytest.mark.parametrize("slug", SLUGS)
def test_its_files_are_tidy(bundle: TemplateBundle) -> None:
    found = texts(bundle)
    assert found["README.md"].startswith("# ")
    assert bundle.start_command.split(" && ")[-1].split(" ")[0] in bundle.required_tools
    assert not {"package-lock.json", "pnpm-lock.yaml", "yarn.lock", "node_modules"} & set(found)
    for file in bundle.files:
        assert not is_binary(file.data)
        assert len(file.data) < 16_000
        text = found[file.path]
        assert text.endswith("\n") or not text, file.path
        assert not re.search(r"\r|\t|[ ]+$|\n\n\Z", text, re.MULTILINE), file.path


@pytest.mark.parametrize("slug", [slug for slug in SLUGS if (BUNDLED_FOLDER / slug / "files/package.json").exists()])
def test_its_package_manifest_is_right(bundle: TemplateBundle) -> None:
    found = texts(bundle)
    manifest = json.loads(found["package.json"])
    assert found["package.json"] == json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
    assert (manifest["private"], manifest["type"]) == (True, "module")
    assert re.fullmatch(r"[a-z-]+", manifest["name"])
    assert manifest["name"] not in {found.name for found in bundle.dependencies}
    assert all(re.fullmatch(r"\^\d+\.\d+\.\d+", found.version) for found in bundle.dependencies)
    scripts = manifest["scripts"]
    assert {"dev", "start", "preview"} & set(scripts)
    for command in scripts.values():
        if (run_file := RUN_FILE.match(command)) and not run_file[1].startswith(BUILT):
            assert run_file[1] in found
    if bundle.dependencies:
        assert bundle.start_command == "npm install && npm run dev"
        assert "dev" in scripts


def imports(bundle: TemplateBundle) -> Iterator[tuple[TemplateFile, str]]:
    for file in bundle.files:
        if file.path.endswith(SCRIPTS):
            for target in IMPORT.findall(file.data.decode()):
                yield file, target


@pytest.mark.parametrize("slug", SLUGS)
def test_what_it_imports_is_there(bundle: TemplateBundle) -> None:
    paths = set(texts(bundle))
    packages = {dependency.name for dependency in bundle.dependencies}
    for file, target in imports(bundle):
        if target.startswith("."):
            path = str(PurePosixPath(file.path).parent / target)
            assert path in paths or path.removesuffix(".js") + ".ts" in paths, (file.path, target)
        elif not target.startswith("node:"):
            name = "/".join(target.split("/")[: 2 if target.startswith("@") else 1])
            assert name in packages, (file.path, target)
    for path, text in texts(bundle).items():
        if path.endswith("index.html"):
            for target in re.findall(r'(?:src|href)="([^"#]+)"', text):
                local = target.removeprefix("/")
                assert local.startswith("api/") or {local, f"public/{local}"} & paths, target


async def test_the_import_check_sees_the_imports() -> None:
    seen = {(bundle.slug, target) for bundle in await all_bundles() for _, target in imports(bundle)}
    assert {
        ("vite-react", "react-dom/client"),
        ("vite-react", "@vitejs/plugin-react"),
        ("vite-vue", "./App.vue"),
        ("vite-svelte", "./style.css"),
        ("typescript-node", "./dice.js"),
        ("express", "express"),
    } <= seen


@pytest.mark.parametrize("slug", SLUGS)
def test_its_sources_parse(bundle: TemplateBundle) -> None:
    root = BUNDLED_FOLDER / bundle.slug / "files"
    for file in bundle.files:
        if file.path.endswith(".py"):
            compile(file.data, file.path, "exec")
        elif file.path.endswith(".js") and shutil.which("node"):
            subprocess.run(["node", "--check", root / file.path], check=True, timeout=60)
        elif file.path.endswith(".sh"):
            subprocess.run(["bash", "-n", root / file.path], check=True, timeout=60)
        elif file.path.endswith(".json"):
            json.loads(file.data)
