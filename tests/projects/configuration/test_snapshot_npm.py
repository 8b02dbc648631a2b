"""Real starters with options applied, installed, built and linted; on demand, as they need an npm registry and the
snapshot of the starters.

A linter that finds something in a starter's own code works; what it may not do is fail to run, which is exit status 2.
The checker of types in tres fails without any option, too.
"""

import os
import shutil
from pathlib import Path

import pytest

from aura_gql.projects.records import ProjectConfiguration
from tests.support.configured_files import check_applied
from tests.support.github.snapshot import needs_snapshot
from tests.support.starter_facts import snapshot_files
from tests.support.starters import run, served

needs_registry = pytest.mark.skipif(
    "AURA_TEST_NPM" not in os.environ or shutil.which("npm") is None,
    reason="needs npm and its registry; scripts/test-npm runs it",
)

EVERYTHING = ProjectConfiguration(typescript=True, eslint=True, prettier=True, tailwindcss=True)
TOOLS = ProjectConfiguration(typescript=True, eslint=True, prettier=True)
LOOKS = ProjectConfiguration(eslint=True, prettier=True, tailwindcss=True)
LINT = "npm run lint || [ $? -eq 1 ]"
BUILT = [
    ("gsap-vue", EVERYTHING, ("npm run build", LINT), "dist"),
    ("gsap-svelte", EVERYTHING, ("npm run build", LINT), "dist"),
    ("sveltekit", EVERYTHING, ("npm run build", "npm run typecheck", LINT), ".svelte-kit/output"),
    ("react", EVERYTHING, ("npm run build", "npm run typecheck", LINT), "build"),
    ("gsap-next", EVERYTHING, ("npm run build", "npm run typecheck", LINT), ".next"),
    ("angular", LOOKS, ("npm run build", LINT), "dist"),
    ("vue", LOOKS, ("npm run build", LINT), "dist"),
    ("revealjs", LOOKS, ("npm run build", LINT), "dist"),
    ("tres", ProjectConfiguration(tailwindcss=True), ("npx vite build",), "dist"),
]
SERVED = [("koa", "http://127.0.0.1:3000/"), ("graphql", "http://127.0.0.1:4000/?query=%7Bhello%7D")]


async def install(slug: str, configuration: ProjectConfiguration, folder: Path) -> None:
    files = {path: file.data or b"" for path, file in snapshot_files()[slug].items()}
    for path, data in check_applied(files, configuration).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    await run("npm install --no-audit --no-fund", folder, timeout_s=400)


@needs_registry
@needs_snapshot
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("slug", "configuration", "commands", "output"), BUILT, ids=[case[0] for case in BUILT])
async def test_a_starter_builds_with_its_options(
    slug: str, configuration: ProjectConfiguration, commands: tuple[str, ...], output: str, tmp_path: Path
) -> None:
    await install(slug, configuration, tmp_path)
    for command in commands:
        await run(command, tmp_path, timeout_s=300)
    styles = "".join(path.read_text() for path in (tmp_path / output).rglob("*.css"))
    assert "--tw-" in styles or "@layer theme" in styles


@needs_registry
@needs_snapshot
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("slug", "address"), SERVED)
async def test_a_program_serves_in_typescript(slug: str, address: str, tmp_path: Path) -> None:
    await install(slug, TOOLS, tmp_path)
    await run(f"npm run typecheck && ({LINT})", tmp_path, timeout_s=120)
    async with served("npm start", tmp_path, address=address) as client:
        assert "Hello" in (await client.get(address)).text.replace("hello", "Hello")


@needs_registry
@needs_snapshot
@pytest.mark.timeout(900)
async def test_a_script_that_nothing_started_is_started_now(tmp_path: Path) -> None:
    await install("node", TOOLS, tmp_path)
    assert "Hello Node.js" in await run("npm start", tmp_path)
