"""What watching must tell, whoever provides the machine: subclass beside a `provider` fixture."""

import asyncio

from aura_gql.sandboxes.ports import Sandbox, SandboxProvider
from aura_gql.sandboxes.values import FileKind, SandboxFile, SandboxSpec
from tests.sandboxes.provider_contract import ContractFixtures
from tests.support.file_watching import apply, following, real_tree, short
from tests.support.processes import shell
from tests.support.waiting import until


class WatchContract(ContractFixtures):
    """Changes of files."""

    needs = "watch"

    async def test_tells_each_kind_of_change(self, sandbox: Sandbox) -> None:
        await shell(sandbox, "echo here > before; mkdir old; echo x > old/in")
        tree = await real_tree(sandbox)
        async with following(sandbox) as follower:
            expected = {
                "echo new > a": ["CREATED a"],
                "echo more >> a; echo again >> before": ["MODIFIED a", "MODIFIED before"],
                "chmod +x a": ["MODIFIED a"],
                "mv a b": ["MOVED a -> b"],
                "rm b": ["DELETED b"],
                "echo x > gone; rm gone": [],
                "echo longer > tmp; mv tmp before": ["MODIFIED before"],
                "mv old new; echo y >> new/in": ["MOVED old -> new", "MODIFIED new/in"],
                "mkdir -p p/q; echo x > p/q/r; ln -s /etc p/l": [
                    "CREATED p",
                    "CREATED p/l",
                    "CREATED p/q",
                    "CREATED p/q/r",
                ],
                "mkdir into": ["CREATED into"],
                "mv new/in into/": ["MOVED new/in -> into/in"],
                "rm -r p new": ["DELETED new", "DELETED p", "DELETED p/l", "DELETED p/q", "DELETED p/q/r"],
                "mkdir node_modules; echo x > .aura-own": ["CREATED node_modules"],
                "rm -r node_modules; mkfifo pipe": ["CREATED pipe", "DELETED node_modules"],
            }
            for script, words in expected.items():
                assert (await shell(sandbox, script)).status.exit_code == 0
                told = await follower.settled()
                # A look may come in the midst of a script, and tell a step of it on its own.
                assert set(words) <= set(short(told)), script
                apply(tree, told)
                assert tree == await real_tree(sandbox), script
                assert {event.entry for event in told if event.path == "p/l"} <= {FileKind.LINK}
            assert follower.rescans == []

    async def test_tells_without_being_asked(self, sandbox: Sandbox) -> None:
        async with following(sandbox) as follower:
            await shell(sandbox, "mkdir -p a/b && echo x > a/b/c")
            await until(lambda: "CREATED a/b/c" in short(follower.events))

    async def test_is_silent_about_the_server(self, sandbox: Sandbox) -> None:
        async with following(sandbox) as follower:
            await sandbox.write_files([SandboxFile("pushed/deep/a", b"1"), SandboxFile("b", b"2")])
            await sandbox.write_files([SandboxFile("b", b"3", executable=True)])
            await sandbox.move_file("pushed", "elsewhere")
            await sandbox.remove_files(["b"])
            assert await follower.settled() == []
            await shell(sandbox, "echo code >> elsewhere/deep/a; echo code > b")
            assert sorted(short(await follower.settled())) == ["CREATED b", "MODIFIED elsewhere/deep/a"]
            await sandbox.remove_tree("elsewhere")
            assert await follower.settled() == []

    async def test_ends_with_the_machine(self, provider: SandboxProvider) -> None:
        sandbox = await provider.create(SandboxSpec("watched", "project"))
        async with sandbox.watch() as watch:
            reading = asyncio.create_task(anext(aiter(watch), None))
            await sandbox.stop()
            assert await reading is None
            await watch.settle()
