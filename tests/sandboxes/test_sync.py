"""Pushing files in groups."""

from tests.support.sandboxes import SandboxBench


async def test_a_project_of_many_and_of_large_files_arrives_whole(bench: SandboxBench) -> None:
    files = {f"dir{number % 7}/file{number}.txt": b"%d" % number for number in range(150)}
    files |= {f"large{number}.bin": bytes([number]) * 1_000_000 for number in range(12)}
    files["empty"] = b""
    record = await bench.running(await bench.project(files))
    machine = await bench.sandboxes.attach(record.id)
    for path, data in files.items():
        assert await machine.read_file(path, 2_000_000) == data
    assert record.synced_revision == 1


async def test_an_empty_project_starts(bench: SandboxBench) -> None:
    record = await bench.running(await bench.project())
    assert record.synced_revision == 0
