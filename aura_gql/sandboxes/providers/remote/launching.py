"""Starting the agent in a machine: bringing it there where it is missing, and saying in words why it can't run."""

import asyncio
import shlex
from collections.abc import Callable
from typing import Final, Protocol

from aura_gql.kernel.errors import ProviderUnavailable
from aura_gql.sandboxes.providers.remote.bundle import Bundle
from aura_gql.sandboxes.providers.remote.conversation import Conversation, MachineLinks
from aura_gql.sandboxes.providers.remote.ports import Link
from aura_gql.sandboxes.providers.remote.wire.values import Timing

FOLDER: Final = ".aura-agent"
# Said by the machine instead of a greeting. Written so that a terminal that shows the command line does not say it.
MISSING, NO_PYTHON, OLD_PYTHON = b"aura-agent:missing", b"aura-agent:no-python", b"aura-agent:old-python"
REASONS: Final = {
    NO_PYTHON: "The sandbox has no python3, which its agent needs (3.11 or newer): choose another image.",
    OLD_PYTHON: "The sandbox's python3 is older than 3.11, which its agent needs: choose another image.",
}
_INSIDE = "aura_gql.sandboxes.providers.remote.inside"
_PROGRAM = (
    "import os,sys;sys.version_info>=(3,11) or sys.exit(print('aura-agent:'+'old-python',flush=True));"
    "sys.path.insert(0,sys.argv[1]);"
    f"from {_INSIDE}.birth import fork_supervisor;supervisor=fork_supervisor();"
    f"from {_INSIDE}.main import main;main(supervisor,sys.argv[2],dict(os.environ))"
)


class LaunchedMachine(MachineLinks, Protocol):
    """What starting the agent needs of a machine. Errors are SandboxGone, AgentGone, ProviderUnavailable."""

    @property
    def home(self) -> str:
        """An absolute path."""
        ...

    async def upload(self, path: str, data: bytes) -> None:
        """Write a file."""
        ...

    async def launch(self, command: str) -> Link:
        """Start a command line, with a link to it."""
        ...


def bundle_path(home: str, bundle: Bundle) -> str:
    """Where the agent lies in a machine."""
    return f"{home}/{FOLDER}/{bundle.digest}.zip"


def command_line(home: str, bundle: Bundle) -> str:
    """What starts the agent, or says what is missing. One line, as a terminal takes it."""
    path, said = shlex.quote(bundle_path(home, bundle)), "printf 'aura-agent:%s\\n'"
    return (
        f"command -v python3 >/dev/null 2>&1 || {{ {said} no-python; exit 0; }}; "
        f"[ -f {path} ] || {{ {said} missing; exit 0; }}; "
        f"exec python3 -I -S -B -c {shlex.quote(_PROGRAM)} {path} {shlex.quote(home)}"
    )


class Launcher:
    """Starts agents in one machine."""

    def __init__(self, machine: LaunchedMachine, bundle: Callable[[], Bundle], timing: Timing | None = None) -> None:
        """`bundle` blocks."""
        self._machine = machine
        self._bundle = bundle
        self._timing = timing

    async def start(self) -> Conversation:
        """An agent that has greeted. ProviderUnavailable, with a reason in words, and SandboxGone."""
        bundle = await asyncio.to_thread(self._bundle)
        started = await self._try(bundle)
        if isinstance(started, bytes) and started not in REASONS:
            # It is not there yet, or not whole.
            await self._machine.upload(bundle_path(self._machine.home, bundle), bundle.data)
            started = await self._try(bundle)
        if isinstance(started, Conversation):
            return started
        raise ProviderUnavailable(
            REASONS.get(started) or f"The sandbox's agent did not start. {_shown(started)}".strip()
        )

    async def _try(self, bundle: Bundle) -> Conversation | bytes:
        """A conversation, or the last that the machine said instead."""
        link = await self._machine.launch(command_line(self._machine.home, bundle))
        conversation = Conversation(self._machine, link, self._timing)
        try:
            if await conversation.begin():
                return conversation
        except BaseException:
            await conversation.close()
            raise
        await conversation.close()
        noise = [line for line in conversation.noise if line.strip()]
        known = [line for line in noise if line in (*REASONS, MISSING)]
        return (known or noise or [b""])[-1]


def _shown(said: bytes) -> str:
    """What a machine said, for its owner to read."""
    return "".join(each if each.isprintable() else " " for each in said.decode(errors="replace"))[:300]
