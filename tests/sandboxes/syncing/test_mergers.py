"""Merging files, and keeping the version that loses."""

import pytest

from aura_gql.files.writing.operations import PutFile
from aura_gql.sandboxes.syncing.looking import Seen
from aura_gql.sandboxes.syncing.mergers import Bytes, Merger, put_of
from aura_gql.sandboxes.syncing.values import Entry
from aura_gql.sandboxes.values import FileKind
from tests.support.sandboxes import OWNER, SandboxBench
from tests.support.syncing import BOTH, HEAD, TAIL, TEN, a_file, apply, contents, history, put, tree


def seen(data: bytes, executable: bool = False) -> Seen:
    content = Bytes.of(data)
    return Seen(Entry(FileKind.FILE, content.sha256, content.size, executable), data)


async def test_texts_bits_and_versions(bench: SandboxBench) -> None:
    merger = Merger(bench.files)
    project_id = await bench.project({"text": TEN, "bin": b"\0", "bit": b"\0"})
    bases = await tree(bench, project_id)
    await apply(bench, project_id, put("text", HEAD), put("bin", b"\0\1"), put("bit", b"\0", executable=True))
    now = await tree(bench, project_id)

    async def merged(path: str, theirs: Seen) -> PutFile | None:
        return await merger.merged(bases[path], now[path], theirs)

    text = await merged("text", seen(TAIL, executable=True))
    assert text is not None
    assert (text.expected_version, text.executable) == (2, True)
    assert await merger.apply(OWNER, project_id, text) is not None
    assert (await contents(bench, project_id))["text"] == b"+x " + BOTH
    assert await merged("text", seen(TEN.replace(b"0\n", b"other\n"))) is None
    assert await merged("bin", seen(b"\0\2")) is None
    bit = await merged("bit", seen(b"\0\2"))
    assert bit is not None
    assert (bit.content.sha256, bit.executable) == (Bytes.of(b"\0\2").sha256, True)
    same = await merged("bin", seen(b"\0", executable=True))
    assert same is not None
    assert (same.content.sha256, same.executable) == (now["bin"].sha256, True)
    assert await merged("bin", Seen(Entry(FileKind.FILE, "", 5))) is None


async def test_what_loses_is_kept_behind_what_stands(bench: SandboxBench) -> None:
    project_id, merger = await bench.project({"a": b"1"}), Merger(bench.files)
    ours = (await tree(bench, project_id))["a"]
    kept = await merger.keep(OWNER, project_id, "a", ours, put_of("a", ours, seen(b"code")))
    assert kept is not None
    assert kept.version == 3
    assert await merger.keep(OWNER, project_id, "b", None, put_of("b", None, seen(b"code"))) is None
    assert await history(bench, project_id, "a") == [b"1", b"code", b"1"]
    assert await history(bench, project_id, "b") == [b"code", None]


def test_what_was_not_read_can_not_be_put() -> None:
    with pytest.raises(ValueError, match="has not been read"):
        put_of("a", a_file("a", b"1"), Seen(None))
