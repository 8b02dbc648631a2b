"""The README is found by its name at the root."""

import pytest

from aura_gql.templates.readme import MAX_README_BYTES, readme_path_of, readme_text


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


def test_a_long_readme_is_cut_between_characters() -> None:
    assert readme_text("é".encode()) == "é"
    cut = readme_text(("x" + "é" * MAX_README_BYTES).encode())
    assert cut == "x" + "é" * (MAX_README_BYTES // 2 - 1)
