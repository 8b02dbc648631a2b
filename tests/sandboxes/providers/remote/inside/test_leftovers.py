"""What a killed agent left."""

import os
from pathlib import Path

from aura_gql.sandboxes.providers.local.project_folder import ProjectFolder
from aura_gql.sandboxes.providers.remote.inside.leftovers import find_leftovers, remove_leftovers


def test_what_was_staged_or_half_removed_goes_and_nothing_else(tmp_path: Path) -> None:
    outside, project = tmp_path / "outside", tmp_path / "project"
    for folder in (outside, project / "kept", project / ".aura-gone-1/deep"):
        folder.mkdir(parents=True)
        (folder / "file").touch()
    (project / ".aura-stage-link").symlink_to(outside)
    with ProjectFolder(project, None).staging() as staging:
        staging.write("new", b"x", executable=False)
        remove_leftovers(find_leftovers(project))
        # A link there is code's own joke.
        assert sorted(os.listdir(project)) == [".aura-stage-link", "kept"]
    assert os.listdir(outside) == ["file"]
    assert find_leftovers(tmp_path / "missing") == []
