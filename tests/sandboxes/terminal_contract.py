"""What terminals and signals must do, whoever provides the machine: subclass beside a `provider` fixture."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from aura_gql.kernel.errors import InvalidInput
from aura_gql.sandboxes.errors import CommandNotFound, SandboxGone
from aura_gql.sandboxes.ports import Sandbox, SandboxProvider
from aura_gql.sandboxes.values import Command, EndReason, SandboxSpec, TerminalSpec
from tests.sandboxes.provider_contract import ContractFixtures
from tests.support.processes import alive, argv_of, finished, first_line, run, shell
from tests.support.screens import PROMPT, PROMPTED, Screen
from tests.support.waiting import until

# More than a terminal and the read-ahead hold together.
MUCH = 1_500_000


class TerminalFixtures(ContractFixtures):
    """A terminal in a sandbox of the provider under test."""

    @pytest_asyncio.fixture(loop_scope="module")
    async def screen(self, sandbox: Sandbox) -> AsyncIterator[Screen]:
        """A login shell that has shown its prompt."""
        spec = TerminalSpec(["bash", "--norc", "--noprofile", "-i"], env=PROMPTED, columns=100, rows=40)
        async with Screen(await sandbox.open_terminal(spec)) as screen:
            await screen.see(PROMPT)
            yield screen


class SignalContract(TerminalFixtures):
    """Signals for ordinary commands."""

    needs = "signals"

    async def test_a_signal_reaches_the_whole_group(self, sandbox: Sandbox) -> None:
        script = "trap 'echo asked; exit 5' USR1; (trap 'echo child; exit' USR1; echo up; sleep 600 & wait) & wait"
        process = await sandbox.start_process(Command(argv_of(script)))
        assert await first_line(process) == "up"
        await process.signal(10)
        outcome = await finished(process)
        assert outcome.status.exit_code == 5
        assert "asked" in outcome.text
        await process.signal(10)
        await process.terminate(grace_ms=0)

    async def test_what_is_stopped_can_go_on_and_be_ended(self, sandbox: Sandbox) -> None:
        process = await sandbox.start_process(Command(argv_of("trap 'exit 6' TERM; echo $$; while :; do :; done")))
        pid = await first_line(process)

        async def stopped() -> bool:
            return "T (stopped)" in (await shell(sandbox, f"cat /proc/{pid}/status")).text

        await process.signal(19)
        await until(stopped)
        await process.terminate(grace_ms=60_000)
        assert (await process.wait()).exit_code == 6

    @pytest.mark.parametrize("number", [0, -9, 32, 64, 1 << 40])
    async def test_refuses_what_is_no_signal(self, sandbox: Sandbox, number: int) -> None:
        process = await sandbox.start_process(Command(["true"]))
        with pytest.raises(InvalidInput, match="1 to 31"):
            await process.signal(number)
        await process.wait()


class TerminalContract(TerminalFixtures):
    """Terminals."""

    needs = "terminal"

    async def test_it_is_a_terminal_of_its_size(self, screen: Screen) -> None:
        await screen.type("tty && stty size && echo $TERM\r")
        came = await screen.see(PROMPT)
        assert "/dev/pts/" in came
        assert "40 100" in came
        assert "xterm" in came
        await screen.type("trap 'stty size' WINCH\r")
        await screen.see(PROMPT)
        await screen.terminal.resize(132, 50)
        await screen.see("50 132")
        await screen.type("\rstty size\r")
        await screen.see("50 132")

    async def test_ctrl_c_interrupts_what_is_in_front(self, screen: Screen) -> None:
        await screen.type("trap - INT; sh -c 'echo be''gun; exec sleep 600'\r")
        await screen.see("begun")
        await screen.type(b"\x03")
        assert "[130]" in await screen.see(PROMPT)
        await screen.type("sh -c 'echo be''gun; exec sleep 600'\r")
        await screen.see("begun")
        await screen.terminal.signal(15)
        assert "[143]" in await screen.see(PROMPT)

    async def test_jobs_are_stopped_and_fetched_back(self, screen: Screen) -> None:
        await screen.type("sh -c 'echo be''gun; read line; echo got-$line'\r")
        await screen.see("begun")
        await screen.type(b"\x1a")
        assert "Stopped" in await screen.see(PROMPT)
        await screen.type("jobs\r")
        assert "Stopped" in await screen.see(PROMPT)
        await screen.type("fg\r")
        await screen.see("got-$line'\r\n")  # bash shows the command that goes on
        await screen.type("back\r")
        await screen.see("got-back")
        await screen.see(f"[0]{PROMPT}")

    async def test_letters_beyond_ascii(self, screen: Screen) -> None:
        await screen.type("sh -c 'echo be''gun; exec cat > /dev/null'\r")
        await screen.see("begun")
        await screen.type("grüße €")
        await screen.see("grüße €")
        await screen.type(b"\x7f\x7f\x7f")  # rubs out whole characters
        await screen.type("!\r\x04")
        await screen.see(PROMPT)
        await screen.type("echo be''gun; IFS= read -r line; echo \"<$line>\"\r")
        await screen.see("begun")
        await screen.type("añ\x7fb\r")
        await screen.see("<ab>")
        await screen.see(PROMPT)

    async def test_an_editor_edits_and_saves(self, sandbox: Sandbox, screen: Screen) -> None:
        editor = await self._first_of(sandbox, "vim", "vi")
        await screen.type(f"{editor} -u NONE -i NONE note.txt\r")
        await screen.see('note.txt"')  # as it names the file, not as we do
        await screen.type("ihello from the editor\x1b")
        await screen.see("editor")
        await screen.terminal.resize(80, 24)
        await screen.type(":wq\r")
        await screen.see(PROMPT)
        assert await sandbox.read_file("note.txt", 1000) == b"hello from the editor\n"

    async def test_a_full_screen_program_draws_and_quits(self, sandbox: Sandbox, screen: Screen) -> None:
        top = await self._first_of(sandbox, "top")
        await screen.type(f"{top} -d 30\r")
        await screen.see("PID")
        await screen.type("q")
        assert "[0]" in await screen.see(PROMPT)

    async def _first_of(self, sandbox: Sandbox, *names: str) -> str:
        for name in names:
            if (await shell(sandbox, f"command -v {name}")).status.exit_code == 0:
                return name
        pytest.skip(f"none of {', '.join(names)} is installed where the sandboxes run")

    async def test_all_comes_in_order_and_waits_for_its_reader(self, sandbox: Sandbox) -> None:
        script = f"stty -opost; seq 1 600000 | head -c {MUCH}; touch printed"
        terminal = await sandbox.open_terminal(TerminalSpec(argv_of(script)))
        output = terminal.output()
        shown = await anext(output)
        assert (await shell(sandbox, "test -e printed")).status.exit_code == 1
        async for data in output:
            assert 1 <= len(data) <= 1 << 16
            shown += data
        assert len(shown) == MUCH
        assert shown.split(b"\n")[:-1] == [b"%d" % number for number in range(1, shown.count(b"\n") + 1)]
        assert (await terminal.wait()).exit_code == 0

    async def test_it_ends_with_its_shell(self, sandbox: Sandbox, screen: Screen) -> None:
        daemon = "setsid sh -c 'echo $$ > pid; exec sleep 600'"
        await screen.type(f"{daemon} & until test -s pid; do sleep 0.01; done; exit 7\r")
        status = await screen.ended()
        pid = (await sandbox.read_file("pid", 100)).decode().strip()
        assert (status.reason, status.exit_code) == (EndReason.EXITED, 7)
        assert await alive(sandbox, pid)
        await screen.type("nobody")
        await screen.terminal.resize(10, 10)
        await screen.terminal.signal(2)
        await screen.terminal.terminate(grace_ms=0)
        assert not await alive(sandbox, pid)

    async def test_terminating_hangs_up_and_takes_the_whole_tree(self, sandbox: Sandbox) -> None:
        script = "trap 'touch hung-up; exit 3' HUP; setsid sleep 600 & echo $!; while :; do sleep 0.01; done"
        terminal = await sandbox.open_terminal(TerminalSpec(argv_of(script)))
        async with Screen(terminal) as screen:
            daemon = (await screen.see("\r\n")).strip()
            await terminal.terminate(grace_ms=60_000)
            assert (await screen.ended()).exit_code == 3
        assert not await alive(sandbox, daemon)
        assert await sandbox.read_file("hung-up", 1) == b""

    async def test_typing_to_who_does_not_read_stops_nobody(self, sandbox: Sandbox) -> None:
        terminal = await sandbox.open_terminal(TerminalSpec(argv_of("stty raw -echo; echo set; exec sleep 600")))
        async with Screen(terminal) as screen:
            await screen.see("set")
            typing = asyncio.create_task(terminal.write(bytes(1_000_000)))
            await terminal.resize(90, 30)
            await terminal.terminate(grace_ms=0)
            await typing
            assert (await screen.ended()).signal == 9

    async def test_what_can_not_be_opened(self, sandbox: Sandbox) -> None:
        with pytest.raises(CommandNotFound):
            await sandbox.open_terminal(TerminalSpec(["no-such-shell"]))
        for spec in (
            TerminalSpec(["true"], cwd="missing"),
            TerminalSpec(["true"], columns=0),
            TerminalSpec(["true"], rows=1001),
            TerminalSpec([]),
        ):
            with pytest.raises(InvalidInput):
                await sandbox.open_terminal(spec)
        terminal = await sandbox.open_terminal(TerminalSpec(["true"]))
        with pytest.raises(InvalidInput, match="columns"):
            await terminal.resize(1001, 1)
        assert (await terminal.wait()).exit_code == 0

    async def test_a_login_shell_is_what_one_gets(self, sandbox: Sandbox) -> None:
        async with Screen(await sandbox.open_terminal(TerminalSpec())) as screen:
            await screen.type("shopt -q login_shell && echo log''in; pwd; exit\r")
            came = await screen.see("login")
            assert (await screen.ended()).exit_code == 0
            assert came
        assert (await run(sandbox, "pwd")).text in screen.shown.decode()

    async def test_a_stopped_machine_ends_it(self, provider: SandboxProvider) -> None:
        sandbox = await provider.create(SandboxSpec("terminal-lost", "project"))
        terminal = await sandbox.open_terminal(TerminalSpec())
        async with Screen(terminal) as screen:
            await sandbox.stop()
            assert (await screen.ended()).reason is EndReason.LOST
            await screen.type("nobody")
        with pytest.raises(SandboxGone):
            await sandbox.open_terminal(TerminalSpec())
