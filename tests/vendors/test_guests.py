"""The machines of the clouds on the loopback are machines of their own."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.vendors.guest_process import GuestProcess, pieces
from tests.support.vendors.guests import Guest, GuestGone, GuestRefused
from tests.support.waiting import until

TICKING = "n=0; while :; do n=$((n+1)); echo $n > ticks; sleep 0.01; done"


@pytest.fixture
async def guest() -> AsyncIterator[Guest]:
    guest = await Guest.start()
    yield guest
    await guest.kill()


async def said(guest: Guest, script: str, *, pty: bool = False) -> str:
    process = await guest.spawn(["bash", "-c", script], pty=pty)
    process.close_stdin()
    text = await all_of(process)
    await process.wait()
    return text.strip()


async def all_of(process: GuestProcess) -> str:
    seen = b""
    while piece := await pieces(process.stdout, 1 << 16):
        seen += piece
    return seen.decode()


async def test_guests_share_neither_processes_nor_network_nor_home(guest: Guest) -> None:
    other = await Guest.start("/home/daytona")
    try:
        server = await guest.spawn(["python3", "-m", "http.server", "8000", "--bind", "127.0.0.1"])
        listening = "grep -c ':1F40 ' /proc/net/tcp"
        await until(lambda: _is(guest, listening, "1"))
        assert await said(other, listening) == "0"
        assert await said(other, "pgrep -c http.server; ls -d /home/*; echo $HOME; whoami; id -u") == (
            "0\n/home/daytona\n/home/daytona\nuser\n" + await said(other, "id -u")
        )
        assert await said(guest, "id -u") != "0"
        assert await said(guest, f"kill -0 {os.getpid()} 2>/dev/null || echo unseen") == "unseen"
        await guest.write_file("/home/user/a folder/file", b"\x00\xff")
        assert guest.path("/home/user/a folder/file").read_bytes() == b"\x00\xff"
        assert await said(other, "ls -A ~ /tmp") == "/home/daytona:\n\n/tmp:"
        assert await said(guest, "touch /usr/x /etc/x /x 2>/dev/null || echo refused") == "refused"
        assert server.returncode is None
    finally:
        await other.kill()


async def test_processes_have_pipes_of_their_own_and_true_ends(guest: Guest) -> None:
    process = await guest.spawn(["sh", "-c", "cat; echo err >&2; exit 3"])
    data = bytes(range(256)) * 2000
    reading = asyncio.create_task(process.stdout.read())
    await process.write(data)
    process.close_stdin()
    assert await reading == data
    assert process.stderr is not None
    assert await process.stderr.read() == b"err\n"
    assert await process.wait() == 3
    sleeping = await guest.spawn(["sleep", "60"])
    await guest.signal(sleeping.pid, signal.SIGTERM)
    assert await sleeping.wait() == -signal.SIGTERM
    assert await (await guest.spawn(["no-such-program"])).wait() == 127
    with pytest.raises(GuestRefused, match="/nowhere"):
        await guest.spawn(["true"], cwd="/nowhere")


async def test_terminals_are_terminals(guest: Guest) -> None:
    process = await guest.spawn(["bash", "--norc"], env={"TERM": "dumb"}, pty=True)
    process.resize(30, 101)
    await process.write(b"stty size; tty; exit 4\n")
    shown = await all_of(process)
    assert "30 101" in shown
    assert "/dev/pts/" in shown
    assert await process.wait() == 4


async def test_what_is_frozen_stands_still_and_goes_on(guest: Guest) -> None:
    stopped = await guest.spawn(["sh", "-c", "kill -STOP $$; touch went-on"])
    ticking = await guest.spawn(["sh", "-c", TICKING])
    ticks = guest.path("/home/user/ticks")
    await until(ticks.exists)
    await until(lambda: _is(guest, f"grep -c 'State:.T' /proc/{stopped.pid}/status", "1"))
    await guest.freeze()
    before = ticks.read_text()
    assert {_state(each) for each in await _host_pids(guest)} == {"T"}
    assert ticks.read_text() == before
    await guest.thaw()
    await until(lambda: ticks.read_text() != before)
    assert ticking.returncode is None
    assert not guest.path("/home/user/went-on").exists()


async def test_nothing_is_left_of_one_that_is_killed() -> None:
    guest = await Guest.start()
    process = await guest.spawn(["sh", "-c", "trap '' TERM HUP; setsid sleep 600 & sleep 600"])
    pids = await until(lambda: _at_least(guest, 3))
    await asyncio.gather(guest.kill(), guest.kill())
    assert await process.wait() == -signal.SIGKILL
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]
    with pytest.raises(GuestGone):
        await guest.spawn(["true"])
    await guest.kill()


async def test_guests_end_with_the_process_that_made_them() -> None:
    script = (
        "import asyncio, os\nfrom tests.support.vendors.guests import Guest\n"
        "async def main():\n"
        "    guest = await Guest.start()\n"
        "    await guest.spawn(['sleep', '600'])\n"
        "    print(guest.host_pid, flush=True)\n"
        "    os.kill(os.getpid(), 9)\n"
        "asyncio.run(main())\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        ended = await asyncio.to_thread(
            subprocess.run, [sys.executable, "-c", script], capture_output=True, env={**os.environ, "TMPDIR": folder}
        )
        assert ended.returncode == -signal.SIGKILL
        pid = int(ended.stdout)
        await until(lambda: not Path(f"/proc/{pid}").exists() or _state(pid) == "Z")


async def _is(guest: Guest, script: str, wanted: str) -> bool:
    return await said(guest, script) == wanted


async def _at_least(guest: Guest, count: int) -> list[int]:
    pids = await _host_pids(guest)
    return pids if len(pids) >= count else []


async def _host_pids(guest: Guest) -> list[int]:
    """Of all that runs in it but PID 1."""
    namespace = os.readlink(f"/proc/{guest.host_pid}/ns/pid")
    found = []
    for name in os.listdir("/proc"):
        try:
            if name.isdecimal() and os.readlink(f"/proc/{name}/ns/pid") == namespace and _state(int(name)) != "Z":
                found.append(int(name))
        except OSError:
            continue
    return [pid for pid in found if pid != guest.host_pid]


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
