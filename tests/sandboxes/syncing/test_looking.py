"""Looking at single paths of a machine."""

from aura_gql.sandboxes.syncing.looking import Looker, Seen
from aura_gql.sandboxes.syncing.mergers import Bytes
from aura_gql.sandboxes.syncing.values import FOLDER, Entry
from aura_gql.sandboxes.values import FileKind
from tests.support.sandboxes import SandboxBench
from tests.support.syncing import ran

SCRIPT = (
    "printf 12 > a; printf 345 > run; chmod +x run; head -c 11 /dev/zero > large; "
    "mkdir -p full/in hollow/in; touch full/in/x; ln -s full link; mkfifo pipe"
)


def file(data: bytes, executable: bool = False) -> Entry:
    return Entry(FileKind.FILE, Bytes.of(data).sha256, len(data), executable)


async def test_what_is_there_is_read_where_that_tells_something(bench: SandboxBench) -> None:
    machine = await ran(bench, (await bench.running()).id, SCRIPT)
    looker = Looker(machine, 10)

    assert await looker.read("a") == Seen(file(b"12"), b"12")
    assert await looker.compare("a", [None, FOLDER, file(b"xy")]) == Seen(file(b"12"), b"12")
    assert await looker.compare("a", [None, FOLDER, file(b"x")]) == Seen(Entry(FileKind.FILE, "", 2))
    seen = await looker.compare_all({"run": [file(b"345")], "none": [], "full": [], "link": [], "pipe": []})
    assert {path: each.entry for path, each in seen.items()} == {
        **{"run": file(b"345", executable=True), "none": None, "full": FOLDER},
        **{"link": Entry(FileKind.LINK), "pipe": Entry(FileKind.OTHER)},
    }
    assert seen["run"].data is None
    blocked, nothing = await looker.read("link/x"), await looker.read("a/b/c")
    assert (blocked.entry, nothing.entry) == (Entry(FileKind.OTHER), None)
    assert blocked.reason
    large = await looker.read("large")
    assert large.entry == Entry(FileKind.FILE, "", 11)
    assert large.reason == "It has 11 bytes; a project's file has at most 10."
    assert [path async for path, each in looker.read_all(["run", "a"])] == ["run", "a"]
    assert [await looker.is_hollow(path) for path in ("hollow", "full", "a", "none")] == [True, False, False, False]
