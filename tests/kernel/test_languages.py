"""Languages are told by name alone; binary is whatever an editor can't show."""

import pytest

from aura_gql.kernel.languages import is_binary, language_of


@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("main.py", "python"),
        ("src/App.TSX", "tsx"),
        ("src/app.jsx", "jsx"),
        ("index.mjs", "javascript"),
        ("src/main.ts", "typescript"),
        ("types.d.ts", "typescript"),
        ("package.json", "json"),
        ("tsconfig.json", "jsonc"),
        ("tsconfig.node.json", "jsonc"),
        ("Dockerfile", "dockerfile"),
        ("docker/Dockerfile.dev", "dockerfile"),
        ("Makefile", "makefile"),
        ("run.sh", "shellscript"),
        (".prettierrc", "json"),
        ("App.vue", "vue"),
        ("App.svelte", "svelte"),
        (".gitignore", "plaintext"),
        (".env", "plaintext"),
        (".py", "plaintext"),
        ("LICENSE", "plaintext"),
        ("archive.tar.gz", "plaintext"),
        ("dir.py/README", "plaintext"),
        ("", "plaintext"),
    ],
)
def test_language_of(path: str, language: str) -> None:
    assert language_of(path) == language


@pytest.mark.parametrize("data", [b"", b"plain", "žluťoučký 🐎".encode(), b"tabs\tand\r\nlines\n"])
def test_text_is_not_binary(data: bytes) -> None:
    assert not is_binary(data)


@pytest.mark.parametrize("data", [b"\0", b"text\0text", b"\xff\xfe", "é".encode("latin-1"), b"\x89PNG\r\n\x1a\n"])
def test_bytes_that_are_not_text_are_binary(data: bytes) -> None:
    assert is_binary(data)
