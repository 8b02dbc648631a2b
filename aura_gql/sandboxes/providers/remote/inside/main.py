"""The agent: serves one server through its stdin and stdout, until that is closed, breaks the rules, or is not heard of
for ten minutes. All that it started ends with it.
"""

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path

from aura_gql.sandboxes.providers.local.project_folder import ProjectFolder
from aura_gql.sandboxes.providers.remote.inside.commands import Commands
from aura_gql.sandboxes.providers.remote.inside.file_handlers import file_handlers
from aura_gql.sandboxes.providers.remote.inside.leftovers import find_leftovers, remove_leftovers
from aura_gql.sandboxes.providers.remote.inside.machine import AgentMachine
from aura_gql.sandboxes.providers.remote.inside.single import take_place
from aura_gql.sandboxes.providers.remote.inside.stdio import Stdio
from aura_gql.sandboxes.providers.remote.inside.surroundings import Surroundings
from aura_gql.sandboxes.providers.remote.wire.errors import WireViolation
from aura_gql.sandboxes.providers.remote.wire.peer import Peer
from aura_gql.sandboxes.providers.remote.wire.session import Session

FOLDER, PROJECT, LOCK = ".aura-agent", "project", "lock"
NAME_BYTES = 8
# Counted in turns and not by a clock, which jumps where a machine was paused.
LAST_S = 5.0
TURN_S, TURNS = 15.0, 40
DEFAULTS = {"LANG": "C.UTF-8", "PATH": "/usr/local/bin:/usr/bin:/bin"}


def main(supervisor: tuple[int, int], home: str, environment: Mapping[str, str]) -> None:
    """Serve; `supervisor` is what `fork_supervisor` gave, `environment` what commands inherit."""
    asyncio.run(serve(supervisor, Path(home), {**DEFAULTS, **environment, "HOME": home}))


async def serve(supervisor: tuple[int, int], home: Path, environment: Mapping[str, str]) -> None:
    """Serve on stdin and stdout; the process ends behind it."""
    (home / FOLDER).mkdir(exist_ok=True)
    (home / PROJECT).mkdir(exist_ok=True)
    take_place(str(home / FOLDER / LOCK))
    cleaning = asyncio.ensure_future(asyncio.to_thread(remove_leftovers, find_leftovers(home / PROJECT)))
    machine = await AgentMachine.start(*supervisor)
    session = Session(os.urandom(NAME_BYTES).hex(), leads=False)
    peer = Peer(
        session,
        {
            **Commands(machine, str(home / PROJECT), environment).handlers,
            **Surroundings(machine, home / PROJECT).handlers,
            **file_handlers(ProjectFolder(home / PROJECT, None), machine.gone),
        },
    )
    ends = (_converse(session), _listen_for(session), machine.ending.wait())
    try:
        await asyncio.wait({asyncio.ensure_future(end) for end in ends}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        peer.close()
        await machine.kill()
        # Files are put in place, or none of them, before the process ends.
        await asyncio.wait({asyncio.ensure_future(peer.closed()), cleaning}, timeout=LAST_S)
        # Whatever is still under way here, in threads too, serves nobody. The lock goes with us.
        os._exit(0)


async def _converse(session: Session) -> None:
    """Until stdin ends, or a lie comes through it, after which nobody there can be served any more."""
    try:
        await session.run(Stdio())
    except WireViolation:
        return


async def _listen_for(session: Session) -> None:
    """Until nobody was heard for too long."""
    heard, turns = session.words, 0
    while turns < TURNS:
        await asyncio.sleep(TURN_S)
        turns = turns + 1 if session.words == heard else 0
        heard = session.words
