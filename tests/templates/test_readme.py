"""The README is found by its name at the root."""

import pytest

from aura_gql.templates.readme import readme_path_of


@pytest.mark.parametrize(
    ("paths", "found"),
    [
        ([], None),
        (["src/README.md", "index.js", "README.md.bak", "readmemd"], None),
        (["readme", "ReadMe.MD", "README.txt"], "ReadMe.MD"),
        (["b", "README.txt", "README.rst"], "README.rst"),
        (["readme.md", "README.md"], "README.md"),
    ],
)
def test_the_readme_of(paths: list[str], found: str | None) -> None:
    assert readme_path_of(paths) == found
    assert readme_path_of(reversed(paths)) == found
