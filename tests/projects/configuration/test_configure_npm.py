"""Configured starters, installed, built, linted and formatted for real; on demand, as they need an npm registry."""

import os
import shutil
from pathlib import Path

import pytest

from aura_gql.projects.records import ProjectConfiguration
from tests.projects.configuration.starters import configured, starter
from tests.support.starters import run, served

needs_registry = pytest.mark.skipif(
    "AURA_TEST_NPM" not in os.environ or shutil.which("npm") is None,
    reason="needs npm and its registry; scripts/test-npm runs it",
)

EVERYTHING = ProjectConfiguration(typescript=True, eslint=True, prettier=True, tailwindcss=True)
WITHOUT_TYPES = ProjectConfiguration(eslint=True, prettier=True, tailwindcss=True)
TOOLS = ProjectConfiguration(typescript=True, eslint=True, prettier=True)
APPS = ("vite-react", "vite-vue", "vite-svelte", "vite-vanilla")
PROGRAMS = ("node-script", "node-http", "express", "fastify", "typescript-node")


async def install(slug: str, configuration: ProjectConfiguration, folder: Path) -> dict[str, str]:
    files = configured(starter(slug), configuration)
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    await run("npm install --no-audit --no-fund", folder, timeout_s=300)
    return files


@needs_registry
@pytest.mark.timeout(600)
@pytest.mark.parametrize("slug", APPS)
@pytest.mark.parametrize("configuration", [EVERYTHING, WITHOUT_TYPES], ids=["typescript", "javascript"])
async def test_an_app_builds_with_all_its_tools(slug: str, configuration: ProjectConfiguration, tmp_path: Path) -> None:
    files = await install(slug, configuration, tmp_path)
    page = next(path for path in files if path.startswith("src/") and "<h1>" in files[path])
    attribute = "className" if page.endswith("x") else "class"
    (tmp_path / page).write_text(files[page].replace("<h1>", f'<h1 {attribute}="underline">'))
    await run("npm run build", tmp_path, timeout_s=120)
    styles = "".join(path.read_text() for path in (tmp_path / "dist/assets").glob("*.css"))
    assert ".underline{" in styles
    (tmp_path / page).write_text(files[page])
    await run("npm run lint && npm run format:check", tmp_path, timeout_s=120)


@needs_registry
@pytest.mark.timeout(600)
@pytest.mark.parametrize("slug", PROGRAMS)
async def test_a_program_runs_with_all_its_tools(slug: str, tmp_path: Path) -> None:
    await install(slug, TOOLS, tmp_path)
    await run("npm run typecheck --if-present && npm run build --if-present", tmp_path, timeout_s=120)
    await run("npm run lint && npm run format:check", tmp_path, timeout_s=120)
    if slug == "node-script":
        assert "Dec" in await run("npm start", tmp_path)
    else:
        async with served("npm start", tmp_path) as client:
            assert (await client.get("/")).status_code == 200
    if slug in ("node-script", "fastify"):
        assert "pass 2" in await run("npm test", tmp_path)


@needs_registry
@pytest.mark.timeout(600)
@pytest.mark.parametrize("slug", ["vite-react", "express"])
async def test_a_mistake_is_found(slug: str, tmp_path: Path) -> None:
    files = await install(slug, TOOLS, tmp_path)
    entry = next(path for path in files if path in ("src/main.tsx", "server.ts"))
    (tmp_path / entry).write_text(f"{files[entry]}\nconst unused: number = 'text';\n")
    with pytest.raises(AssertionError, match="TS2322"):
        await run("npm run typecheck", tmp_path)
    with pytest.raises(AssertionError, match="no-unused-vars"):
        await run("npm run lint", tmp_path)
