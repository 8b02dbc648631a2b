"""`aura-gql export-schema`."""

from pathlib import Path

from aura_gql.commands.export_schema import schema_text
from tests.support.commands import aura_gql


def test_it_prints_the_schema(tmp_path: Path) -> None:
    result = aura_gql("export-schema", cwd=tmp_path)
    assert (result.returncode, result.stdout, result.stderr) == (0, schema_text(), "")


def test_it_writes_the_schema(tmp_path: Path) -> None:
    result = aura_gql("export-schema", "--output", "out.graphql", cwd=tmp_path)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert (tmp_path / "out.graphql").read_text(encoding="utf-8") == schema_text()


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    result = aura_gql("export-schema", "--output", tmp_path / "missing" / "out.graphql", cwd=tmp_path)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == f"aura-gql: can't write {tmp_path}/missing/out.graphql: No such file or directory.\n"
