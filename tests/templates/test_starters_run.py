"""The starters that need no packages, run as their start command says."""

import shutil
from pathlib import Path

import pytest

from aura_gql.templates.sources.bundled import BUNDLED_FOLDER
from tests.support.starters import copy_starter, run, served
from tests.support.templates import all_bundles

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")


async def start_command(slug: str) -> str:
    return next(bundle.start_command for bundle in await all_bundles() if bundle.slug == slug)


@pytest.mark.parametrize(
    ("slug", "expected"),
    [
        ("python-script", "haiku.txt: 13 words, 12 different\n   2  pond\n"),
        ("python-cli", "26.2 mi = 42.1648 km\n"),
        ("bash-script", "2 files in .\n"),
        pytest.param("node-script", "Jan █████████████████████████████████ 55\n", marks=needs_node),
    ],
)
async def test_scripts_print(slug: str, expected: str, tmp_path: Path) -> None:
    output = await run(await start_command(slug), copy_starter(slug, tmp_path))
    assert expected in output


async def test_the_python_tests_pass(tmp_path: Path) -> None:
    folder = copy_starter("python-cli", tmp_path)
    assert "Ran 3 tests" in await run("python3 -m unittest", folder)
    refused = await run("python3 -m converter 1 km kg; test $? = 2", folder)
    assert "km measures length, kg measures mass" in refused


@needs_node
async def test_the_node_tests_pass(tmp_path: Path) -> None:
    assert "# pass 2" in await run("npm test || node --test", copy_starter("node-script", tmp_path))


async def test_the_bash_script_takes_its_options(tmp_path: Path) -> None:
    folder = copy_starter("bash-script", tmp_path)
    (folder / "with space.txt").write_text("")
    (folder / "with\nnewline.txt").write_text("")
    (folder / ".hidden").write_text("")
    report = await run("./report.sh -n 1", folder)
    assert report == "5 files in .\n     2  .txt\n"
    assert "Usage: report.sh" in await run("./report.sh -h", folder)
    assert "wants a whole number" in await run("./report.sh -n 0; test $? = 2", folder)
    assert "is not a folder" in await run("./report.sh nowhere; test $? = 2", folder)
    assert await run("mkdir empty && ./report.sh empty", folder) == "0 files in empty\n"


async def test_the_python_server_answers(tmp_path: Path) -> None:
    async with served(await start_command("python-web"), copy_starter("python-web", tmp_path)) as client:
        page = await client.get("/")
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert "Hello from Python" in page.text
        assert (await client.get("/api/hello", params={"name": "Ada & Co"})).json()["message"] == "Hello, Ada & Co!"
        missing = await client.get("/nothing")
        assert (missing.status_code, missing.json()) == (404, {"error": "There is nothing at /nothing"})


@needs_node
async def test_the_node_server_answers(tmp_path: Path) -> None:
    async with served(await start_command("node-http"), copy_starter("node-http", tmp_path)) as client:
        assert "Hello from Node" in (await client.get("/")).text
        assert (await client.get("/api/status?verbose")).json()["status"] == "ok"
        missing = await client.post("/")
        assert (missing.status_code, missing.json()) == (404, {"error": "There is nothing at POST /"})


async def test_the_static_page_is_served(tmp_path: Path) -> None:
    async with served(await start_command("static-page"), copy_starter("static-page", tmp_path)) as client:
        assert "Hello, web" in (await client.get("/")).text
        assert "button" in (await client.get("/script.js")).text
        assert (await client.get("/icon.svg")).headers["content-type"] == "image/svg+xml"


def test_every_starter_is_run_by_some_test() -> None:
    folder = Path(__file__).parent
    tests = (folder / "test_starters_run.py").read_text() + (folder / "test_starters_npm.py").read_text()
    for description in BUNDLED_FOLDER.glob("*/template.toml"):
        assert f'"{description.parent.name}"' in tests
