"""A package.json as strangers write it."""

import json

import pytest

from aura_gql.templates.inference.errors import UnreadableManifest
from aura_gql.templates.inference.manifest import MAX_DEPENDENCIES, MAX_MANIFEST_BYTES, read_manifest
from aura_gql.templates.inference.records import PackageManifest
from aura_gql.templates.records import DependencyKind


def packed(value: object) -> bytes:
    return json.dumps(value).encode()


def test_everything_is_read() -> None:
    manifest = read_manifest(
        packed(
            {
                "description": "A demo.\n",
                "main": "server.js",
                "packageManager": "pnpm@9.1.0+sha512.abc",
                "scripts": {"dev": "vite"},
                "dependencies": {"vue": "^3"},
                "devDependencies": {"@vitejs/plugin-vue": "~6.0"},
                "peerDependencies": {"react": "*"},
                "optionalDependencies": {"fsevents": "2"},
            }
        )
    )
    assert (manifest.description, manifest.main, manifest.package_manager) == ("A demo.", "server.js", "pnpm")
    assert manifest.scripts == {"dev": "vite"}
    assert [(each.name, each.version, each.kind) for each in manifest.dependencies] == [
        ("vue", "^3", DependencyKind.RUNTIME),
        ("@vitejs/plugin-vue", "~6.0", DependencyKind.DEVELOPMENT),
        ("react", "*", DependencyKind.PEER),
        ("fsevents", "2", DependencyKind.OPTIONAL),
    ]


def test_a_byte_order_mark_is_no_error() -> None:
    assert read_manifest(b"\xef\xbb\xbf" + packed({"description": "Marked."})).description == "Marked."


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"description": ["no text"], "main": 1, "packageManager": None},
        {"scripts": ["dev"], "dependencies": "vue", "devDependencies": [], "peerDependencies": 3},
        {"scripts": {"dev": 1}, "dependencies": {"vue": None, "react": {"version": "1"}}},
        {"dependencies": {"": "1", "../up": "1", "a b": "1", "x\n": "1", "n" * 300: "1", "@/x": "1", ".hidden": "1"}},
    ],
)
def test_what_is_merely_odd_is_passed_over(fields: dict[str, object]) -> None:
    assert read_manifest(packed(fields)) == PackageManifest()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"\xff\xfe{\x00}\x00", "not JSON"),
        (b'{"a": ' + b"9" * 10_000 + b"}", "not JSON"),
        (b"[" * 200_000, "not JSON"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "not JSON"),
        (b"[]", "not an object"),
        (b"null", "not an object"),
        (b" " * MAX_MANIFEST_BYTES + b"{}", "more than 1,048,576 bytes"),
    ],
    ids=["empty", "cut", "UTF-16", "number", "nested lists", "nested objects", "list", "null", "large"],
)
def test_what_no_installer_reads_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(UnreadableManifest, match=said):
        read_manifest(data)


def test_everything_is_bounded_and_plain() -> None:
    manifest = read_manifest(
        packed(
            {
                "description": "\u202e" + "long " * 1000,
                "dependencies": {f"package-{number}": "1" * 300 for number in range(600)},
                "scripts": {f"script-{number}": "\ud800" + "x" * 1_200 for number in range(600)},
            }
        )
    )
    assert len(manifest.description) <= 300
    assert manifest.description.startswith("long")
    assert len(manifest.dependencies) == MAX_DEPENDENCIES
    assert {len(each.version) for each in manifest.dependencies} == {200}
    assert len(manifest.scripts) == 200
    assert {len(command) for command in manifest.scripts.values()} == {1000}
    assert "\ud800" not in "".join(manifest.scripts.values())
