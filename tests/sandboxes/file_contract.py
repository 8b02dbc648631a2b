"""What files must do in every provider's sandboxes: subclass beside a `provider` fixture."""

from datetime import timedelta

import pytest

from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.errors import Conflict, InvalidInput
from aura_gql.sandboxes.errors import ArchiveRefused, FileNotInSandbox, UnsafePath
from aura_gql.sandboxes.ports import Sandbox
from aura_gql.sandboxes.values import FileKind, SandboxFile
from tests.sandboxes.provider_contract import ContractFixtures
from tests.support.processes import run, shell
from tests.support.tars import TRICKS, in_pieces, member, tar_of

TREE = "mkdir -p a/deep b; echo one > a/1; echo two > a/deep/2; chmod +x a/1; ln -s /etc b/out; mkfifo b/pipe"


class FileContract(ContractFixtures):
    """Writing together, looking, moving and removing."""

    async def test_a_failing_file_leaves_none_of_the_new(self, sandbox: Sandbox) -> None:
        prepared = await shell(sandbox, "echo old > kept; ln -s /etc/passwd trap; mkdir folder")
        assert prepared.status.exit_code == 0
        for bad in ("trap", "folder", "kept/below", "trap/below"):
            files = [SandboxFile("kept", b"new"), SandboxFile("deep/er/new", b"x"), SandboxFile(bad, b"y")]
            with pytest.raises(UnsafePath):
                await sandbox.write_files(files)
        assert (await shell(sandbox, "cat kept; find . -mindepth 1 | sort")).text == "old\n./folder\n./kept\n./trap"

    async def test_lists_one_level_and_all(self, sandbox: Sandbox) -> None:
        assert (await shell(sandbox, TREE)).status.exit_code == 0
        await sandbox.write_files([SandboxFile(".aura-hidden", b"")])
        assert [(info.path, info.kind) for info in await sandbox.list_files(".", 10)] == [
            ("a", FileKind.FOLDER),
            ("b", FileKind.FOLDER),
        ]
        found = await sandbox.list_files(".", 100, recursive=True)
        assert [info.path for info in found] == ["a", "a/1", "a/deep", "a/deep/2", "b", "b/out", "b/pipe"]
        assert [info.path for info in await sandbox.list_files("a", 1, recursive=True)] == ["a/1"]
        first = found[1]
        assert (first.kind, first.size, first.executable) == (FileKind.FILE, 4, True)
        assert abs(first.modified_at - utcnow()) < timedelta(minutes=5)
        assert {info.path: info.kind for info in found[5:]} == {"b/out": FileKind.LINK, "b/pipe": FileKind.OTHER}
        for path in ("b/out", "a/1", "b/pipe"):
            with pytest.raises((UnsafePath, FileNotInSandbox)):
                await sandbox.list_files(path, 10)
        with pytest.raises(FileNotInSandbox):
            await sandbox.list_files("missing", 10)
        await sandbox.remove_files([".aura-hidden"])

    async def test_tells_what_is_at_a_path(self, sandbox: Sandbox) -> None:
        assert (await shell(sandbox, TREE)).status.exit_code == 0
        kinds = {path: (await sandbox.stat(path)).kind for path in (".", "a", "a/1", "b/out", "b/pipe")}
        assert list(kinds.values()) == [
            FileKind.FOLDER,
            FileKind.FOLDER,
            FileKind.FILE,
            FileKind.LINK,
            FileKind.OTHER,
        ]
        with pytest.raises(FileNotInSandbox):
            await sandbox.stat("a/missing")
        with pytest.raises(UnsafePath):
            await sandbox.stat("b/out/passwd")

    async def test_moves_without_replacing(self, sandbox: Sandbox) -> None:
        assert (await shell(sandbox, f"{TREE}; chmod 500 a")).status.exit_code == 0
        await sandbox.move_file("a", "new/place/a")
        await sandbox.move_file("b/out", "link")
        assert (await shell(sandbox, "cat new/place/a/deep/2; readlink link; ls")).text == "two\n/etc\nb\nlink\nnew"
        with pytest.raises(Conflict):
            await sandbox.move_file("b", "new")
        with pytest.raises(FileNotInSandbox):
            await sandbox.move_file("a", "elsewhere")
        with pytest.raises(UnsafePath):
            await sandbox.move_file("b", "link/b")
        with pytest.raises(InvalidInput):
            await sandbox.move_file("new", "new/place/below")

    async def test_removes_trees(self, sandbox: Sandbox) -> None:
        assert (await shell(sandbox, f"{TREE}; chmod 000 a/deep; ln -s a link; echo kept > kept")).status.exit_code == 0
        for path in ("a", "link", "b/pipe", "b", "never/there", "kept/below"):
            await sandbox.remove_tree(path)
        assert (await run(sandbox, "ls", "-A")).text == "kept"
        with pytest.raises(UnsafePath):
            await sandbox.remove_tree(".")

    async def test_archives_go_in_and_out(self, sandbox: Sandbox) -> None:
        assert (await shell(sandbox, f"{TREE}; ln -s 1 a/in; mkdir empty")).status.exit_code == 0
        first = b"".join([piece async for piece in sandbox.export_tar()])
        assert first == b"".join([piece async for piece in sandbox.export_tar()])
        await sandbox.import_tar(in_pieces(first), "copy/of/it")
        seen = "cd copy/of/it; find . | sort; cat a/in a/deep/2; test -x a/1 && echo runs"
        paths = [".", "./a", "./a/1", "./a/deep", "./a/deep/2", "./a/in", "./b", "./empty"]
        assert (await shell(sandbox, seen)).text.split() == [*paths, "one", "two", "runs"]
        again = b"".join([piece async for piece in sandbox.export_tar("copy/of/it")])
        assert again == first
        with pytest.raises(FileNotInSandbox):
            _ = [piece async for piece in sandbox.export_tar("missing")]

    async def test_tricks_of_archives_change_nothing(self, sandbox: Sandbox) -> None:
        for trick, made in TRICKS.items():
            with pytest.raises(ArchiveRefused):
                await sandbox.import_tar(in_pieces(tar_of((member("first"), b"1"))[:1024] + made(), 100_000))
            assert (await sandbox.list_files(".", 10, recursive=True)) == [], trick
        assert (await shell(sandbox, "ln -s /etc link")).status.exit_code == 0
        with pytest.raises(UnsafePath):
            await sandbox.import_tar(in_pieces(tar_of((member("link/x"), b""))))
