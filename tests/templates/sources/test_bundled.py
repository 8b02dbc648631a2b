"""A folder of templates, read whole."""

import py_compile
from pathlib import Path

import pytest

from aura_gql.templates.records import DependencyKind, TemplateBundle
from tests.support.templates import DEFAULT_FILES, all_bundles, write_template


async def load(folder: Path) -> dict[str, TemplateBundle]:
    return {bundle.slug: bundle for bundle in await all_bundles(folder)}


async def test_everything_of_a_template_is_read(tmp_path: Path) -> None:
    files = {
        ".gitignore": b"node_modules/\n",
        "src/deep/main.js": b"run()\n",
        "run.sh": b"#!/bin/sh\n",
        "package.json": b'{"devDependencies": {"vite": "^8"}}',
    }
    write_template(tmp_path, "demo", name="Demo", description="A demo.", tags=["one", "two"], files=files)
    demo = (await load(tmp_path))["demo"]
    assert (demo.name, demo.description, demo.type, demo.category) == ("Demo", "A demo.", "node", "backend")
    assert (demo.tags, demo.start_command, demo.required_tools) == (["one", "two"], "sh run.sh", ["sh"])
    assert {file.path: file.data for file in demo.files} == files
    assert [file.path for file in demo.files if file.executable] == ["run.sh"]
    assert [(found.name, found.kind) for found in demo.dependencies] == [("vite", DependencyKind.DEVELOPMENT)]


async def test_templates_come_by_slug_and_other_folders_are_none(tmp_path: Path) -> None:
    write_template(tmp_path, "b")
    write_template(tmp_path, "a")
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "README.md").write_text("Not a template.")
    assert list(await load(tmp_path)) == ["a", "b"]


async def test_the_revision_follows_any_change(tmp_path: Path) -> None:
    async def revision() -> str:
        return (await load(tmp_path))["demo"].revision

    write_template(tmp_path, "demo")
    first = await revision()
    assert await revision() == first
    seen = {first}
    changed = {**DEFAULT_FILES, "README.md": b"# Another\n"}
    moved = {"README.txt": DEFAULT_FILES["README.md"], "run.sh": DEFAULT_FILES["run.sh"]}
    for files in (changed, moved, {}):
        write_template(tmp_path, "demo", files=files)
        seen.add(await revision())
    write_template(tmp_path, "demo", tags=["new"])
    seen.add(await revision())
    assert len(seen) == 5
    write_template(tmp_path, "demo")
    assert await revision() == first


async def test_bytecode_that_an_installer_made_is_no_part_of_a_template(tmp_path: Path) -> None:
    write_template(tmp_path, "demo", files={"main.py": b"print('hello')\n", "pack/__init__.py": b""})
    before = (await load(tmp_path))["demo"]
    for source in (tmp_path / "demo" / "files").rglob("*.py"):
        py_compile.compile(str(source), doraise=True)
    assert (await load(tmp_path))["demo"] == before


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("template.toml", "name = 'Only a name'"),
        ("template.toml", "not toml"),
        ("files/package.json", "{"),
    ],
)
async def test_a_broken_template_is_named(tmp_path: Path, path: str, text: str) -> None:
    write_template(tmp_path, "demo")
    (tmp_path / "demo" / path).write_text(text)
    with pytest.raises(ValueError, match="template demo is broken"):
        await load(tmp_path)


async def test_an_unknown_field_is_refused(tmp_path: Path) -> None:
    write_template(tmp_path, "demo")
    with (tmp_path / "demo" / "template.toml").open("a") as description:
        description.write("tag = ['misspelt']\n")
    with pytest.raises(ValueError, match="tag"):
        await load(tmp_path)
