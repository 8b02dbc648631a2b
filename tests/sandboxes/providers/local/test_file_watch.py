"""Watching under fire; what every watch tells is in the contract."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from aura_gql.sandboxes.providers.local import file_watch, inotify
from aura_gql.sandboxes.providers.local.limits import LocalLimits
from aura_gql.sandboxes.providers.local.project_folder import ProjectFolder
from aura_gql.sandboxes.providers.local.provider import LocalProvider
from aura_gql.sandboxes.providers.local.sandbox import LocalSandbox
from aura_gql.sandboxes.values import FileKind
from tests.support.file_watching import Tree, apply, following, real_tree, short
from tests.support.processes import python, shell
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

STORM = """
import os, random
choose = random.Random(7)
places = ['.']
files = []
for n in range(300):
    place = os.path.join(choose.choice(places[-40:]), f'd{n}')
    if place.count('/') < 20:
        os.makedirs(place)
        places.append(place)
for n in range(10_000):
    path = os.path.join(choose.choice(places), f'f{n}')
    with open(path, 'w') as file:
        file.write('x' * (n % 50))
    files.append(path)
    if n % 3 == 2:
        os.unlink(files.pop(choose.randrange(len(files))))
    if n % 5 == 0:
        old = files.pop(choose.randrange(len(files)))
        new = os.path.join(choose.choice(places), f'm{n}')
        os.rename(old, new)
        files.append(new)
    if n % 700 == 0:
        os.makedirs(f'late{n}/inner')
        places.append(f'late{n}/inner')
top = [name for name in os.listdir('.') if name.startswith('late')]
os.rename(top[0], 'moved')
"""

# More than the kernel's queue holds; two in a row that are the same would count as one.
FLOOD = """
import os
os.rename('kept', 'renamed')
for n in range(300):
    open(f'f{n}', 'w').close()
for n in range(9_000):
    os.chmod('f0', 0o600 + n % 2)
    os.chmod('f1', 0o600 + n % 2)
os.makedirs('new/inner')
open('new/inner/x', 'w').write('12345')
"""
PLANT = """
import os
for n in range(400):
    os.mkdir('d')
    open('d/own', 'w').close()
    os.rename('d', f'e{n % 2}')
    os.symlink('/etc', 'd')
    os.unlink('d')
    os.unlink(f'e{n % 2}/own')
    os.rmdir(f'e{n % 2}')
os.symlink('/etc', 'planted')
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def provider(root: Path) -> AsyncIterator[LocalProvider]:
    """A provider whose sandboxes may hold many files, in its best mode: the contract goes through all."""
    provider = LocalProvider(root, LocalLimits())
    yield provider
    await provider.close()


async def test_a_storm_ends_in_the_true_tree(sandbox: LocalSandbox) -> None:
    tree: Tree = {}
    async with following(sandbox) as follower:
        outcome = await python(sandbox, STORM)
        assert outcome.status.exit_code == 0, outcome.stderr
        apply(tree, await follower.settled())
        assert tree == await real_tree(sandbox)
        assert len(tree) > 5_000


async def test_lost_events_end_in_the_true_tree(sandbox: LocalSandbox) -> None:
    await shell(sandbox, "mkdir -p kept/a; echo x > kept/a/b")
    tree = await real_tree(sandbox)
    async with following(sandbox) as follower:
        with sandbox._files.beneath.lock:  # Nobody reads the kernel's queue meanwhile.
            assert (await python(sandbox, FLOOD)).status.exit_code == 0
        apply(tree, await follower.settled())
        assert [rescan.reason for rescan in follower.rescans] == ["too much changed at once"]
        assert tree == await real_tree(sandbox)
        await shell(sandbox, "echo y >> renamed/a/b; rm -r new")
        apply(tree, await follower.settled())
        assert tree == await real_tree(sandbox)
        assert len(follower.rescans) == 1


async def test_planted_links_are_never_followed(sandbox: LocalSandbox) -> None:
    tree: Tree = {}
    async with following(sandbox) as follower:
        watched = asyncio.create_task(python(sandbox, PLANT))
        while not watched.done():
            apply(tree, await follower.settled())
            await asyncio.sleep(0)
        assert watched.result().status.exit_code == 0, watched.result().stderr
        apply(tree, await follower.settled())
        assert tree == {"planted": (FileKind.LINK, 0)}
        assert not [path for path in tree if "passwd" in path]


async def test_without_events_what_differs_is_found_when_asked(
    sandbox: LocalSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object) -> None:
        raise OSError("too many queues")

    with monkeypatch.context() as patch:
        patch.setattr(inotify.Inotify, "__init__", refuse)
        async with following(sandbox) as follower:
            await shell(sandbox, "mkdir a; echo x > a/b")
            assert short(await follower.settled()) == ["CREATED a", "CREATED a/b"]
            assert await follower.settled() == []


async def test_trouble_is_tried_again(sandbox: LocalSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_watch, "RETRY_S", 0.01)
    async with following(sandbox) as follower:
        with monkeypatch.context() as patch:

            def fail(_: object) -> list[inotify.Notice]:
                raise OSError("no memory")

            patch.setattr(inotify.Inotify, "read", fail)
            await shell(sandbox, "echo x > a")
            assert await follower.settled() == []
        assert short(await follower.settled()) == ["CREATED a"]
        assert "no memory" in follower.rescans[0].reason


def queues() -> int:
    """How many inotify queues this process has."""
    links = [f"/proc/self/fd/{name}" for name in os.listdir("/proc/self/fd")]
    return sum(os.path.lexists(link) and os.readlink(link) == "anon_inode:inotify" for link in links)


async def test_leaves_no_queue(sandbox: LocalSandbox) -> None:
    before = queues()
    for _ in range(3):
        async with following(sandbox) as follower:
            await shell(sandbox, "mkdir -p x/y")
            await follower.settled()
            assert queues() == before + 1
    assert queues() == before


async def test_who_is_tired_of_settling_leaves_nothing(tmp_path: Path) -> None:
    gone: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    async with file_watch.LocalFileWatch(ProjectFolder(tmp_path, None), gone) as watch:
        (tmp_path / "a").touch()
        before = len(asyncio.all_tasks())
        settling = asyncio.create_task(watch.settle())
        # It has found what nobody reads, and waits for that.
        await until(lambda: not watch._batches.empty() and len(asyncio.all_tasks()) == before + 2)
        settling.cancel()
        await asyncio.wait({settling})
        await until(lambda: len(asyncio.all_tasks()) == before)
