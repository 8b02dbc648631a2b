"""What is left out of a sync."""

import pytest

from aura_gql.sandboxes.syncing.ignoring import MAX_IGNORE_FILES, MAX_PATTERNS, IgnoreRules

FILES = {
    ".gitignore": "*.log\n!keep.log\n/out\nsecret/\n# note\n\n  \ndocs/*.pdf\n**/gen/**\n.env*\n!.env.example\n",
    "sub/.gitignore": "*.txt\n!*.log\n/here\n",
    "sub/deep/.gitignore": "!*.txt\n",
}


@pytest.mark.parametrize(
    ("path", "is_ignored"),
    [
        ("a.log", True),
        ("x/a.log", True),
        ("keep.log", False),
        ("x/keep.log", False),
        ("out/", True),
        ("out", True),
        ("x/out", False),
        ("secret/", True),
        ("secret", False),
        ("docs/a.pdf", True),
        ("docs/x/a.pdf", False),
        ("a/gen/b", True),
        (".env", True),
        (".env.local", True),
        (".env.example", False),
        ("sub/a.txt", True),
        ("a.txt", False),
        ("sub/a.log", False),
        ("sub/here", True),
        ("sub/x/here", False),
        ("sub/deep/a.txt", False),
        ("node_modules/", True),
        ("x/node_modules/", True),
        ("node_modules", False),
        ("x/__pycache__/", True),
        ("builds/", False),
        ("src/main.py", False),
    ],
)
def test_what_is_ignored(path: str, is_ignored: bool) -> None:
    rules = IgnoreRules(FILES)
    assert rules.ignores(path.removesuffix("/"), is_folder=path.endswith("/")) is is_ignored
    assert not rules.gave_up


@pytest.mark.parametrize("text", ["\\", "!", "/", "!/", "[", "a[", "****", "*a*b*c*d", "\0", "\x85", "a" * 30_000])
def test_odd_rules_ignore_nothing_else(text: str) -> None:
    rules = IgnoreRules({".gitignore": f"{text}\n*.log\n"})
    assert rules.ignores("x.log", is_folder=False)
    assert not rules.ignores("file", is_folder=False)
    assert not rules.ignores("folder", is_folder=True)


def test_rules_are_bounded() -> None:
    many = IgnoreRules({".gitignore": "".join(f"f{number}\n" for number in range(MAX_PATTERNS + 1))})
    assert many.ignores(f"f{MAX_PATTERNS - 1}", is_folder=False)
    assert not many.ignores(f"f{MAX_PATTERNS}", is_folder=False)
    folders = IgnoreRules({f"d{number}/.gitignore": "x\n" for number in range(MAX_IGNORE_FILES + 1)})
    assert folders.ignores(f"d{MAX_IGNORE_FILES - 1}/x", is_folder=False)
    assert not folders.ignores(f"d{MAX_IGNORE_FILES}/x", is_folder=False)


def test_rules_that_take_too_long_give_way_to_the_built_in_list() -> None:
    rules = IgnoreRules({".gitignore": "*.log\n"}, budget_s=1e-9)
    rules.ignores("a", is_folder=False)
    assert rules.gave_up
    assert not rules.ignores("a.log", is_folder=False)
    assert rules.ignores("node_modules", is_folder=True)


def test_hostile_rules_and_names_end() -> None:
    rules = IgnoreRules({".gitignore": "*a*a*ab\n" * MAX_PATTERNS}, budget_s=0.05)
    for _ in range(3):
        rules.ignores("/".join(["a" * 255] * 4), is_folder=False)
    assert rules.gave_up
