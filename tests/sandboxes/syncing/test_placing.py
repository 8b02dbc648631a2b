"""Putting things on a machine's disk, where code may have planted others."""

import asyncio
from collections.abc import Iterable

import pytest

from aura_gql.sandboxes.ports import Sandbox
from aura_gql.sandboxes.syncing.contents import ProjectContents
from aura_gql.sandboxes.syncing.placing import Placer
from aura_gql.sandboxes.values import SandboxFile
from tests.support.sandboxes import SandboxBench
from tests.support.syncing import on_disk, ran, tree


async def test_what_is_refused_keeps_nothing_else_back(bench: SandboxBench) -> None:
    project_id = await bench.project({"a": b"1", "b": b"1", "c": b"1"})
    machine = await ran(
        bench, (await bench.running(project_id)).id, "rm b; ln -s a b; mkdir -p full hollow/in; touch full/x"
    )
    refused: dict[str, str] = {}
    placer = Placer(machine, ProjectContents(bench.files), refused.__setitem__)

    files = await placer.load(list((await tree(bench, project_id)).values()))
    assert [file.path for file in files] == ["a", "b", "c"]
    await placer.put([SandboxFile(file.path, b"2") for file in files])
    assert refused.keys() == {"b"}
    refused.clear()
    await placer.put([])
    await placer.put_folder("b/in")
    await placer.put_folder("made")
    await placer.remove("full")
    await placer.remove("b/x")
    await placer.remove("c")
    await placer.clear("hollow")
    await placer.clear("b/x/y")

    assert refused.keys() == {"b/in", "full", "b/x", "b/x/y"}
    assert await on_disk(machine) == {"a": b"2", "b@": b"", "full/": b"", "full/x": b"", "made/": b""}


async def test_who_is_cancelled_waits_for_the_end_of_a_write(
    bench: SandboxBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = await ran(bench, (await bench.running()).id, "true")
    began, may_go_on, write_files = asyncio.Event(), asyncio.Event(), type(machine).write_files

    async def slow(self: Sandbox, files: Iterable[SandboxFile]) -> None:
        began.set()
        await may_go_on.wait()
        await write_files(self, files)

    monkeypatch.setattr(type(machine), "write_files", slow)
    refused: dict[str, str] = {}
    placer = Placer(machine, ProjectContents(bench.files), refused.__setitem__)
    putting = asyncio.create_task(placer.put([SandboxFile("a", b"1")]))
    await began.wait()
    putting.cancel()
    for _ in range(10):
        await asyncio.sleep(0)
    assert not putting.done()
    may_go_on.set()
    await asyncio.wait([putting])
    assert putting.cancelled()
    assert await on_disk(machine) == {"a": b"1"}
