"""The supervisor of the commands, as the agent sees it."""

import asyncio
import contextlib
import os
import signal
import socket

from aura_gql.sandboxes.providers.local.inside.trees import children_of, kill_tree, with_descendants
from aura_gql.sandboxes.providers.local.readiness import readable
from aura_gql.sandboxes.providers.local.supervised import Supervised

MESSAGE_BYTES = 4096
# How long it may take to end its commands by itself, once it was let go of, before all of them are killed.
PATIENCE_S = 3.0


class AgentMachine(Supervised):
    """Everything that the agent started. When it ends, nothing of that is left."""

    def __init__(self, pid: int, control: socket.socket) -> None:
        """For `start` alone."""
        super().__init__(pid, control)
        self.ending = asyncio.Event()
        """Set as soon as the supervisor is gone, before what it left is."""
        self._why = "The supervisor of the commands has ended."
        self._watch = asyncio.create_task(self._wait_for_end(), name="watch the supervisor")

    @classmethod
    async def start(cls, pid: int, control: int) -> "AgentMachine":
        """Wait until the supervisor of this pid is ready, whose socket is taken over. OSError where it has gone."""
        ours = socket.socket(fileno=control)
        ours.setblocking(False)
        await readable(control)
        if ours.recv(MESSAGE_BYTES) != b"ready %d" % pid:
            raise ConnectionResetError("the supervisor did not come up")
        return cls(pid, ours)

    async def kill(self, why: str = "The agent was stopped.") -> None:
        """End all commands, then the supervisor. Safe to repeat: the first `why` counts."""
        if not self._watch.done():
            self._why = why
            with contextlib.suppress(OSError):
                self._control.shutdown(socket.SHUT_RDWR)
            timer = asyncio.get_running_loop().call_later(PATIENCE_S, self._force)
            self._watch.add_done_callback(lambda _: timer.cancel())
        await asyncio.shield(self._watch)

    def _force(self) -> None:
        with contextlib.suppress(OSError):
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)

    async def _wait_for_end(self) -> None:
        await readable(self._pidfd)
        self.ending.set()
        self._control.close()
        await asyncio.to_thread(_sweep)
        os.close(self._pidfd)
        self.gone.set_result(self._why)


def _sweep() -> None:
    """Kill what a supervisor left that did not end by itself. Blocks."""
    own = os.getpid()
    kill_tree(lambda: with_descendants(children_of(own)), _reap)


def _reap() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            continue
