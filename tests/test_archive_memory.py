"""Archives on their way through a whole server take little memory; `scripts/bench archives` tells the figures."""

from pathlib import Path

from tests.benchmarks import archives


async def test_an_archive_is_made_brought_and_restored_by_streams(mongodb_uri: str, tmp_path: Path) -> None:
    passages = [passage async for passage in archives.through(mongodb_uri, tmp_path, 12)]
    assert [passage.what for passage in passages] == ["made, TAR_ZST", "made, ZIP", "uploaded", "restored"]
    assert all(passage.archive_mib > 11 for passage in passages)
    assert [wrong for passage in passages for wrong in archives.verdict(passage)] == []
    assert archives.verdict(archives.Passage("held", 500, 1, 500)) != []
    assert archives.header().split()[0] == "passage"
    assert archives.line(passages[-1]).split()[0] == "restored"
