"""Manifests as tools write them, and as they go wrong."""

import hashlib
import json
from pathlib import Path

import pytest

from aura_gql.graph.manifest import ManifestError, read_manifest
from aura_gql.graph.schema import create_schema
from tests.support.node import needs_node, node_json

TEXT = "query Hello { hello }"
MD5 = hashlib.md5(TEXT.encode(), usedforsecurity=False).hexdigest()
SHA1 = hashlib.sha1(TEXT.encode(), usedforsecurity=False).hexdigest()
SHA256 = hashlib.sha256(TEXT.encode()).hexdigest()
APOLLO = {"format": "apollo-persisted-query-manifest", "version": 1}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "documents.json"


@pytest.mark.parametrize(
    ("content", "ids"),
    [
        ({SHA256: TEXT, SHA1: TEXT, MD5: TEXT}, [SHA256, SHA1, MD5]),
        ({f"sha256:{SHA256}": TEXT}, [SHA256]),
        ({"hello-v2": TEXT}, ["hello-v2"]),
        (APOLLO | {"operations": [{"id": SHA256, "name": "Hello", "type": "query", "body": TEXT}]}, [SHA256]),
    ],
)
def test_every_format_is_read(file: Path, content: object, ids: list[str]) -> None:
    file.write_text(json.dumps(content))
    assert read_manifest(file) == dict.fromkeys(ids, TEXT)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "is not JSON"),
        ("{}", "names no document"),
        ("[]", "is neither"),
        ("5", "is neither"),
        ('{"a": 5}', "is neither"),
        ('{"a": ""}', "is neither"),
        ('{"": "{a}"}', "is neither"),
        ('{"operations": []}', "names no document"),
        ('{"operations": ["{a}"]}', "is neither"),
        ('{"operations": [{"id": "a"}]}', "is neither"),
        ('{"operations": [{"id": "a", "body": "{a}"}, {"id": "a", "body": "{b}"}]}', "names two documents a"),
        (json.dumps({SHA256: TEXT + " "}), f"names a document {SHA256} whose hash is another"),
        (json.dumps({MD5: TEXT + " "}), f"names a document {MD5} whose hash is another"),
    ],
)
def test_what_is_wrong_is_one_line(file: Path, content: str, told: str) -> None:
    file.write_text(content)
    with pytest.raises(ManifestError) as caught:
        read_manifest(file)
    assert str(caught.value).startswith(told)
    assert "\n" not in str(caught.value)


def test_a_file_may_be_missing(file: Path) -> None:
    with pytest.raises(ManifestError, match="can't be read: No such file or directory"):
        read_manifest(file)
    with pytest.raises(ManifestError, match="can't be read: Is a directory"):
        read_manifest(file.parent)


@needs_node
async def test_what_the_tools_write_is_read(tmp_path: Path) -> None:
    schema = Path(__file__).parents[2] / "schema.graphql"
    codegen, relay = await node_json("manifests.mjs", str(schema), str(tmp_path))
    for path, digits in ((codegen, 40), (relay, 32)):
        texts = read_manifest(Path(path))
        assert [len(id) for id in texts] == [digits]
        assert "slug" in next(iter(texts.values()))
        create_schema().trust(texts, only=True)
