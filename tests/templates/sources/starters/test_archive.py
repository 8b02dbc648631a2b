"""An archive of starters as a source of templates."""

import asyncio
import os
import sys
import traceback
import tracemalloc
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from aura_gql.files.archives.unpacking import PATH_RULES
from aura_gql.settings_templates import TemplateSettings
from aura_gql.storage.archives.values import ArchiveLimits
from aura_gql.templates.errors import TemplateSourceRefused
from aura_gql.templates.records import SkippedTemplate, TemplateBundle
from aura_gql.templates.sources.starters.archive import StarterArchive
from aura_gql.templates.sources.starters.values import Origin, StarterLimits
from tests.support.github.archives import COMMIT, repository_archive
from tests.support.github.snapshot import SNAPSHOT_COMMIT, SNAPSHOT_FILES, SNAPSHOT_STARTERS, needs_snapshot, snapshot
from tests.support.github.starters import OWN_STARTERS
from tests.support.starter_facts import kept_facts
from tests.support.waiting import until

_MIB = 1024 * 1024
LIMITS = StarterLimits(ArchiveLimits(20_000, 256 * _MIB, 256 * _MIB), 2_000, 10 * _MIB, 50 * _MIB)
ORIGIN = Origin("stackblitz/starters", "main", COMMIT)


def source(path: Path, origin: Origin = ORIGIN, limits: StarterLimits = LIMITS) -> StarterArchive:
    return StarterArchive(path, origin, limits, PATH_RULES)


async def read(path: Path, origin: Origin = ORIGIN, limits: StarterLimits = LIMITS) -> dict[str, TemplateBundle]:
    found = [one async for one in source(path, origin, limits).bundles()]
    assert not [one for one in found if isinstance(one, SkippedTemplate)]
    return {one.slug: one for one in found if isinstance(one, TemplateBundle)}


def packed(folder: Path, files: Mapping[str, bytes], executable: list[str] | None = None) -> Path:
    path = folder / "archive.tar.gz"
    path.write_bytes(repository_archive(files, executable=executable or []))
    return path


async def test_a_starter_becomes_a_template(tmp_path: Path) -> None:
    found = await read(packed(tmp_path, OWN_STARTERS, ["vite-own/src/main.ts"]))
    assert list(found) == ["node-own", "static-own", "vite-own"]
    vite = found["vite-own"]
    assert (vite.name, vite.type, vite.category) == ("Vite + React + TypeScript (own)", "react", "frontend")
    assert (vite.start_command, vite.required_tools) == ("npm install && npm run dev", ("node", "npm"))
    assert vite.preview_url == "https://stackblitz.com/fork/github/stackblitz/starters/tree/main/vite-own"
    assert (vite.stackblitz_path, vite.commit) == ("vite-own", COMMIT)
    assert {f"vite-own/{file.path}": file.data for file in vite.files}.items() <= OWN_STARTERS.items()
    assert [file.path for file in vite.files if file.executable] == ["src/main.ts"]
    assert (found["node-own"].readme_path, vite.readme_path) == ("README.md", None)
    assert found["static-own"].dependencies == ()


async def test_a_branch_with_a_slash_is_part_of_the_address(tmp_path: Path) -> None:
    path = packed(tmp_path, {"a.b/index.html": b""})
    found = await read(path, Origin("own/other.repo", "feature/x y", COMMIT))
    assert found["a-b"].preview_url == "https://stackblitz.com/fork/github/own/other.repo/tree/feature/x%20y/a.b"


async def test_a_new_commit_alone_is_no_new_revision(tmp_path: Path) -> None:
    path = packed(tmp_path, OWN_STARTERS)
    first = await read(path)
    again = await read(path, replace(ORIGIN, commit="f" * 40))
    assert {slug: one.revision for slug, one in first.items()} == {slug: one.revision for slug, one in again.items()}
    assert {one.commit for one in again.values()} == {"f" * 40}
    changed = await read(packed(tmp_path, {**OWN_STARTERS, "node-own/index.js": b"1"}, ["static-own/script.js"]))
    assert {slug for slug in first if first[slug].revision != changed[slug].revision} == {"node-own", "static-own"}


async def test_what_is_left_out_comes_with_its_reason(tmp_path: Path) -> None:
    path = packed(tmp_path, {"bad/package.json": b"{", "good/index.html": b""})
    found = [one async for one in source(path).bundles()]
    assert found[0] == SkippedTemplate("bad", "Its package.json is not JSON.")
    assert [one.slug for one in found if isinstance(one, TemplateBundle)] == ["good"]


async def test_nothing_is_given_of_an_archive_that_breaks_a_rule_at_its_end(tmp_path: Path) -> None:
    path = packed(tmp_path, OWN_STARTERS)
    path.write_bytes(path.read_bytes()[:-9])
    bundles = source(path).bundles()
    with pytest.raises(TemplateSourceRefused, match="cut off"):
        await anext(bundles)


@pytest.mark.parametrize(
    "limits",
    [ArchiveLimits(3), ArchiveLimits(max_file_bytes=100), ArchiveLimits(max_total_bytes=500)],
    ids=["entries", "file", "total"],
)
async def test_an_archive_past_its_bounds_is_refused(tmp_path: Path, limits: ArchiveLimits) -> None:
    with pytest.raises(TemplateSourceRefused):
        await read(packed(tmp_path, OWN_STARTERS), limits=replace(LIMITS, archive=limits))


async def test_one_starter_at_a_time_is_in_memory(tmp_path: Path) -> None:
    noise = bytes(range(256)) * 8_192
    path = packed(tmp_path, {f"s{number}/{name}": noise for number in range(8) for name in ("index.html", "b")})
    tracemalloc.start()
    try:
        async for _ in source(path).bundles():
            pass
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(noise) < peak < 8 * len(noise)


async def test_who_goes_away_leaves_nothing_behind(tmp_path: Path) -> None:
    path = packed(tmp_path, OWN_STARTERS)
    bundles = source(path).bundles()
    await anext(bundles)
    await bundles.aclose()
    reading = asyncio.create_task(read(path))
    await asyncio.sleep(0)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading


async def test_who_is_cancelled_twice_goes_at_once(tmp_path: Path) -> None:
    path = tmp_path / "slow"
    os.mkfifo(path)
    reading = asyncio.create_task(read(path))
    await until(is_being_read)
    for _ in range(2):
        reading.cancel()
        await asyncio.sleep(0)
    try:
        with pytest.raises(asyncio.CancelledError):
            await reading
    finally:
        # Somebody writes at last, so that the thread that opens it ends.
        path.open("wb").close()


def is_being_read() -> bool:
    stacks = (traceback.walk_stack(frame) for frame in sys._current_frames().values())
    return any(frame.f_code is StarterArchive._read.__code__ for stack in stacks for frame, _ in stack)


@needs_snapshot
async def test_the_snapshot_is_forty_starters_within_the_bounds_of_the_defaults() -> None:
    path, settings = snapshot(), TemplateSettings()
    assert path is not None
    archive = ArchiveLimits(settings.max_template_files, settings.max_template_bytes, settings.max_template_bytes)
    found = await read(path, Origin("stackblitz/starters", "main", SNAPSHOT_COMMIT), replace(LIMITS, archive=archive))
    assert list(found) == sorted(kept_facts(), key=lambda folder: f"{folder}/")
    assert (len(found), sum(len(one.files) for one in found.values())) == (SNAPSHOT_STARTERS, SNAPSHOT_FILES)
    assert len({one.name for one in found.values()}) == SNAPSHOT_STARTERS
    assert {one.preview_url for one in found.values() if one.slug == "vite-shadcn"} == {
        "https://stackblitz.com/fork/github/stackblitz/starters/tree/main/vite-shadcn"
    }
