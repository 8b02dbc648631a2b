"""What an import writes, read back."""

from dataclasses import replace

import pytest
from bson import ObjectId

from aura_gql.templates.records import DependencyKind, TemplateBundle, TemplateDependencyRecord, TemplateFile
from aura_gql.templates.stored import (
    dependency_fields,
    manifest_files,
    template_fields,
    to_dependency_records,
    to_file_record,
)

BUNDLE = TemplateBundle(
    slug="demo",
    name="Démo App",
    description="Shows things.",
    type="node",
    category="backend",
    tags=("http",),
    start_command="node main.js",
    required_tools=("node",),
    dependencies=(
        TemplateDependencyRecord("vite", "^8.0.0", DependencyKind.DEVELOPMENT),
        TemplateDependencyRecord("vue", "^3.5.0", DependencyKind.RUNTIME),
        TemplateDependencyRecord("koa", "^3.0.0", DependencyKind.RUNTIME),
    ),
    files=(TemplateFile("src/main.js", b"run()\n"), TemplateFile("logo.png", b"\x89PNG", executable=True)),
    revision="r1",
)


def test_the_fields_of_a_template() -> None:
    fields = template_fields("bundled", BUNDLE)
    assert fields["name_folded"] == "démo app"
    words = [term for term in fields["search_terms"] if term[0] != "^"]
    assert words == ["app", "backend", "demo", "http", "koa", "node", "shows", "things", "vite", "vue"]
    assert fields["dependencies"] == ["koa", "vite", "vue"]
    assert fields["readme_path"] is None
    assert (fields["file_count"], fields["total_size"]) == (2, 10)
    assert fields["is_active"] is True


@pytest.mark.parametrize(
    ("readme", "readme_path", "found"),
    [
        (TemplateFile("readme.md", b"A gallery"), None, True),
        (TemplateFile("docs/start.md", b"A gallery"), "docs/start.md", True),
        (TemplateFile("docs/start.md", b"A gallery"), None, False),
        (TemplateFile("README.md", b"A gallery\0"), None, False),
        (TemplateFile("README.md", b"A gallery"), "gone.md", False),
    ],
)
def test_a_readme_that_is_text_is_searched(readme: TemplateFile, readme_path: str | None, found: bool) -> None:
    bundle = replace(BUNDLE, files=(*BUNDLE.files, readme), readme_path=readme_path)
    fields = template_fields("bundled", bundle)
    assert fields["readme_path"] == (readme.path if found else None)
    assert ("gallery" in fields["search_terms"]) is found


def test_files_come_back_by_path_with_their_language() -> None:
    stored = manifest_files(BUNDLE, {"src/main.js": "a" * 64, "logo.png": "b" * 64})
    logo, main = map(to_file_record, stored)
    assert (logo.path, logo.sha256, logo.size, logo.executable, logo.is_binary) == ("logo.png", "b" * 64, 4, True, True)
    assert (main.path, main.language, main.is_binary, main.executable) == ("src/main.js", "javascript", False, False)


def test_dependencies_come_back_by_kind_and_name() -> None:
    records = to_dependency_records(dependency_fields(ObjectId(), BUNDLE))
    assert [record.name for record in records] == ["koa", "vue", "vite"]
    assert set(records) == set(BUNDLE.dependencies)
