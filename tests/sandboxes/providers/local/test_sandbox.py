"""What a sandbox refuses before it asks the machine."""

from pathlib import Path

import pytest

from aura_gql.kernel.errors import InvalidInput, ProviderUnavailable
from aura_gql.sandboxes.errors import SandboxGone
from aura_gql.sandboxes.providers.local import sandbox as sandbox_module
from aura_gql.sandboxes.providers.local.orders import MAX_ORDER_BYTES
from aura_gql.sandboxes.providers.local.provider import LocalProvider
from aura_gql.sandboxes.providers.local.sandbox import LocalSandbox
from aura_gql.sandboxes.values import Command, SandboxFile, SandboxSpec

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(
    ("command", "field"),
    [
        (Command([]), "command"),
        (Command([""]), "command"),
        (Command(["echo", "a\0b"]), "command"),
        (Command(["echo", "x" * MAX_ORDER_BYTES]), "command"),
        (Command(["env"], env={"A=B": "c"}), "env"),
        (Command(["env"], env={"": "c"}), "env"),
    ],
)
async def test_refuses_what_the_kernel_would(sandbox: LocalSandbox, command: Command, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        await sandbox.start_process(command)
    assert caught.value.field == (field,)


async def test_a_folder_that_can_not_be_removed_frees_its_place(
    provider: LocalProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox = await provider.create(SandboxSpec("stuck", "project"))

    def refuse(_: Path) -> None:
        raise OSError("busy")

    with monkeypatch.context() as patch:
        patch.setattr(sandbox_module, "remove_tree", refuse)
        with pytest.raises(ProviderUnavailable, match="busy"):
            await sandbox.stop()
    assert await provider.remove_orphans([]) == ["stuck"]


async def test_a_dead_machine_says_so_and_can_be_stopped(provider: LocalProvider) -> None:
    sandbox = await provider.create(SandboxSpec("dead", "project"))
    await sandbox.stop()
    assert not sandbox.running
    for attempt in (
        sandbox.start_process(Command(["true"])),
        sandbox.write_files([SandboxFile("a", b"")]),
        sandbox.remove_files(["a"]),
        sandbox.read_file("a", 1),
    ):
        with pytest.raises(SandboxGone):
            await attempt
    assert sandbox.provider_sandbox_id == "dead"
