"""`aura-gql doctor`, as a process."""

from pathlib import Path

from tests.support.commands import aura_gql


def test_development_needs_no_setting(tmp_path: Path) -> None:
    result = aura_gql("doctor", cwd=tmp_path)
    assert "ok    MongoDB" in result.stdout, result.stderr
    assert "Tool bash" in result.stdout
    # Where this machine isolates nothing, the doctor must say so and fail; anywhere else it must not.
    isolates = "ok    Sandboxes LOCAL" in result.stdout
    assert result.returncode == (0 if isolates else 1), result.stdout
    assert list(tmp_path.iterdir()) == []


def test_what_is_wrong_and_what_to_do(tmp_path: Path) -> None:
    result = aura_gql("doctor", cwd=tmp_path, settings={"AURA_MONGOD": "/bin/false"})
    assert result.returncode == 1
    assert "FAIL  MongoDB" in result.stdout
    assert "-> Run scripts/install" in result.stdout
    assert result.stdout.rstrip().splitlines()[-1].startswith("Not ready: MongoDB")


def test_production_needs_its_settings(tmp_path: Path) -> None:
    result = aura_gql("doctor", "--production", cwd=tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    assert "aura-gql: DATABASE_URL: is required to serve." in result.stderr
