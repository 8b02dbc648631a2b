import unicodedata

import pytest

from aura_gql.files.errors import InvalidPath, PathClash
from aura_gql.files.paths import MAX_DEPTH, check_beside, clean_path, path_key


@pytest.mark.parametrize(
    "path",
    [
        "a",
        "src/main.py",
        ".env",
        ".gitignore",
        "src/.github/x.yml",
        "...",
        "a b/c d.txt",
        "日本語/ファイル.txt",
        "👩‍💻.md",
        "x" * 255,
        "/".join(["x" * 255] * 4),
        "/".join(["x"] * MAX_DEPTH),
        "C:/x",
        "~/x",
        "-rf",
    ],
)
def test_good_paths_stay_as_they_are(path: str) -> None:
    assert clean_path(path) == path


def test_paths_become_nfc() -> None:
    assert clean_path(unicodedata.normalize("NFD", "é/ü")) == "é/ü"


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("", "at least one part"),
        ("/etc/passwd", "relative"),
        ("../x", r"`\.\.`"),
        ("a/../b", r"`\.\.`"),
        ("a/./b", r"`\.`"),
        ("..", r"`\.\.`"),
        (".", r"`\.`"),
        ("a//b", "empty parts"),
        ("a/", "empty parts"),
        ("a\\b", "backslashes"),
        ("a\0b", r"U\+0000"),
        ("a\nb", r"U\+000A"),
        ("a\x7fb", r"U\+007F"),
        ("a\x85b", r"U\+0085"),
        ("a\u2028b", r"U\+2028"),
        ("a\ud800b", r"U\+D800"),
        ("evil\u202egpj.exe", r"U\+202E"),
        ("x" * 5_000, "at most 1,024 bytes of UTF-8; this one has 5,000"),
        ("é" * 128, "part of a path has at most 255 bytes of UTF-8; one has 256"),
        ("/".join(["x"] * (MAX_DEPTH + 1)), "at most 32 parts; this one has 33"),
        (" a", "begin or end with a space"),
        ("a /b", "begin or end with a space"),
        ("a\u3000/b", "begin or end with a space"),
        (".git/config", "reserved"),
        ("a/.GIT/hooks/x", "reserved"),
        (".git", "reserved"),
    ],
)
def test_bad_paths_are_told_the_rule(path: str, rule: str) -> None:
    with pytest.raises(InvalidPath, match=rule) as caught:
        clean_path(path)
    assert caught.value.field == ("path",)


def test_the_field_is_the_callers() -> None:
    with pytest.raises(InvalidPath) as caught:
        clean_path("..", ("operations", "3", "path"))
    assert caught.value.field == ("operations", "3", "path")


def test_keys_are_equal_where_a_file_system_may_think_so() -> None:
    assert path_key("Straße/É") == path_key("STRASSE/é")
    assert path_key("a/b") != path_key("a-b")


def test_a_folders_content_is_right_behind_its_name() -> None:
    assert sorted(["a/b", "a-b", "a.b", "a", "a b"], key=path_key) == ["a", "a/b", "a b", "a-b", "a.b"]


@pytest.mark.parametrize(
    ("path", "other", "words"),
    [
        ("readme.md", "README.md", "differ at most in case"),
        ("a/b", "A/b", "differ at most in case"),
        ("a", "a/b", "is the folder of `a/b`"),
        ("A", "a/b", "is the folder of `a/b`"),
        ("a/b/c", "a", "`a`, which is a file"),
        ("a/b/c", "a/B", "`a/B`, which is a file"),
        ("src/x", "Src/y", "folders `src` and `Src` differ only in case"),
        ("a/b/c/x", "a/b/C/y", "folders `c` and `C` differ only in case"),
    ],
)
def test_paths_that_clash(path: str, other: str, words: str) -> None:
    with pytest.raises(PathClash, match=words) as caught:
        check_beside(path, ["zzz", other])
    assert caught.value.details == {"clashesWith": other}


@pytest.mark.parametrize("other", ["b", "a/c", "ab/x", "a-b", "c/B", "a/b.txt"])
def test_paths_that_go_together(other: str) -> None:
    check_beside("a/b", [other])
