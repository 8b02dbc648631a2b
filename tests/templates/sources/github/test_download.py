"""An archive on its way to the disk: bounded, tried again, and never half there."""

import asyncio
import gc
import tracemalloc
from pathlib import Path

import pytest
from starlette.responses import Response

from aura_gql.kernel.errors import DomainError
from aura_gql.templates.errors import TemplateSourceRefused, TemplatesRateLimited, TemplatesUnavailable
from tests.support.full_disk import no_file_over
from tests.support.github import faults
from tests.support.github.archives import COMMIT, repository_archive
from tests.support.github.clients import TOKEN, repository_at
from tests.support.github.faults import Fault
from tests.support.github.server import LoopbackGitHub
from tests.support.github.starters import OWN_STARTERS
from tests.support.waiting import until

MIB = 1024 * 1024
PACKED = repository_archive(OWN_STARTERS)


@pytest.mark.parametrize(
    ("fault", "kind", "fetched"),
    [
        (faults.cut_off(PACKED, len(PACKED) // 2), TemplatesUnavailable, 3),
        (faults.cut_off(PACKED + b"x", len(PACKED)), TemplatesUnavailable, 3),
        (faults.cut_off(PACKED, 0), TemplatesUnavailable, 3),
        (faults.text(""), TemplatesUnavailable, 3),
        (faults.text("<html>log in to the airport</html>"), TemplatesUnavailable, 3),
        (faults.status(304), TemplatesUnavailable, 3),
        (faults.unicorn(), TemplatesUnavailable, 3),
        (faults.secondary_limit(429), TemplatesRateLimited, 1),
        (faults.endless(), TemplateSourceRefused, 1),
        (faults.text(PACKED + bytes(2 * MIB)), TemplateSourceRefused, 1),
        (faults.moved("https://example.com/a"), TemplateSourceRefused, 1),
        (faults.around(), TemplateSourceRefused, 3),
    ],
)
async def test_nothing_is_left_of_what_fails(
    github: LoopbackGitHub, tmp_path: Path, fault: Fault, kind: type[DomainError], fetched: int
) -> None:
    github.state.fail("codeload", fault)
    with pytest.raises(kind):
        await repository_at(github.url, token=TOKEN, archive_bytes=MIB).download(COMMIT, tmp_path / "archive")
    assert list(tmp_path.iterdir()) == []
    # The archive's own address is asked again, and so the hour's requests are spared.
    assert github.state.requests() == ["tarball"] + ["codeload"] * fetched


@pytest.mark.parametrize("fault", [faults.cut_off(PACKED, 500), faults.unicorn(), faults.text("<html>")])
async def test_another_attempt_begins_anew(github: LoopbackGitHub, tmp_path: Path, fault: Fault) -> None:
    github.state.fail("codeload", fault, times=2)
    assert await repository_at(github.url).download(COMMIT, tmp_path / "archive") == len(PACKED)
    assert (tmp_path / "archive").read_bytes() == PACKED


async def test_one_that_stops_or_trickles(github: LoopbackGitHub, tmp_path: Path) -> None:
    github.state.fail("codeload", faults.stalled(PACKED, 500))
    with pytest.raises(TemplatesUnavailable, match="does not answer in time"):
        await repository_at(github.url, idle_s=0.05).download(COMMIT, tmp_path / "archive")
    github.state.heal()
    github.state.fail("codeload", faults.trickling())
    with pytest.raises(TemplatesUnavailable, match="took longer than"):
        await repository_at(github.url, total_s=0.3).download(COMMIT, tmp_path / "archive")
    assert list(tmp_path.iterdir()) == []


async def test_who_gives_up_leaves_nothing(github: LoopbackGitHub, tmp_path: Path) -> None:
    github.state.fail("codeload", faults.trickling())
    seen: list[int] = []
    fetching = asyncio.create_task(repository_at(github.url).download(COMMIT, tmp_path / "archive", seen.append))
    await until(lambda: "codeload" in github.state.requests() and (tmp_path / "archive").exists())
    fetching.cancel()
    with pytest.raises(asyncio.CancelledError):
        await fetching
    assert list(tmp_path.iterdir()) == []


async def test_what_is_packed_stays_packed(github: LoopbackGitHub, tmp_path: Path) -> None:
    headers = {"content-encoding": "gzip", "content-length": str(len(PACKED))}
    github.state.fail("codeload", lambda request: Response(PACKED, headers=headers))
    assert await repository_at(github.url).download(COMMIT, tmp_path / "archive") == len(PACKED)
    assert (tmp_path / "archive").read_bytes() == PACKED


async def test_exactly_as_much_as_may_be(github: LoopbackGitHub, tmp_path: Path) -> None:
    path = tmp_path / "archive"
    assert await repository_at(github.url, archive_bytes=len(PACKED)).download(COMMIT, path) == len(PACKED)
    with pytest.raises(TemplateSourceRefused, match=f"more than {len(PACKED) - 1} bytes.*MAX_TEMPLATE_ARCHIVE_BYTES"):
        await repository_at(github.url, archive_bytes=len(PACKED) - 1).download(COMMIT, path)
    assert not path.exists()


async def test_one_that_says_how_long_it_is_is_not_begun(github: LoopbackGitHub, tmp_path: Path) -> None:
    github.state.fail("codeload", faults.text(PACKED * 3))
    seen: list[int] = []
    with pytest.raises(TemplateSourceRefused):
        await repository_at(github.url, archive_bytes=len(PACKED)).download(COMMIT, tmp_path / "archive", seen.append)
    assert seen == []


async def test_memory_stays_flat(github: LoopbackGitHub, tmp_path: Path) -> None:
    github.state.fail("codeload", faults.endless())
    repository = repository_at(github.url, archive_bytes=24 * MIB)
    seen: list[int] = []
    gc.collect()
    tracemalloc.start()
    try:
        with pytest.raises(TemplateSourceRefused):
            await repository.download(COMMIT, tmp_path / "archive", seen.append)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert seen == sorted(seen)
    assert seen[-1] > 23 * MIB
    # What the server sends it sends from one piece.
    assert peak < 6 * MIB


async def test_a_full_disk(github: LoopbackGitHub, tmp_path: Path) -> None:
    with no_file_over(100), pytest.raises(TemplatesUnavailable, match="can't be written on this host: File too large"):
        await repository_at(github.url).download(COMMIT, tmp_path / "archive")
    assert list(tmp_path.iterdir()) == []


async def test_a_folder_that_is_not_there(github: LoopbackGitHub, tmp_path: Path) -> None:
    with pytest.raises(TemplatesUnavailable, match="No such file"):
        await repository_at(github.url).download(COMMIT, tmp_path / "nowhere" / "archive")
    assert github.state.asked == []
