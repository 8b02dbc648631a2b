"""Noticing that the session behind a socket or an event stream has ended."""

import asyncio
import logging
from collections.abc import Callable

from aura_gql.auth.records import Viewer
from aura_gql.auth.service import AuthService
from aura_gql.kernel.background import undisturbed
from aura_gql.kernel.clock import utcnow

SESSION_ENDED = "The session has ended."

_SHORTEST_S = 0.1

_log = logging.getLogger(__name__)


async def session_end(auth: AuthService, viewer: Viewer, check_s: float, is_needed: Callable[[], bool]) -> None:
    """Return when the viewer's session has expired or was signed out, at most `check_s` afterwards.

    A database that does not answer ends no session. Returns as well when it is needed no more: a cancellation can be
    swallowed, as `asyncio.wait_for` in Python 3.11 at times does.
    """
    expires_at, pause_s = viewer.expires_at, 0.0
    while is_needed():
        left_s = (expires_at - utcnow()).total_seconds()
        await asyncio.sleep(min(check_s, max(_SHORTEST_S, left_s, pause_s)))
        try:
            found = await undisturbed(auth.expiry_of(viewer))
        except Exception as error:
            _log.warning("Could not check a session: %s", type(error).__name__)
            pause_s = check_s
            continue
        if found is None:
            return
        expires_at, pause_s = found, 0.0
