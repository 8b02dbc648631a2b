"""When a session counts as ended; what sockets and streams make of it is in their tests."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from aura_gql.auth.service import AuthService
from aura_gql.graph.session_watch import session_end
from tests.support.graph import KnownSessions, make_viewer
from tests.support.waiting import until


def watch(sessions: KnownSessions, lasts: timedelta, check_s: float = 0.01) -> asyncio.Task[None]:
    viewer = make_viewer(lasts=lasts)
    sessions.viewers = {"session": viewer}
    return asyncio.create_task(session_end(cast(AuthService, sessions), viewer, check_s, lambda: True))


async def test_returns_once_it_was_signed_out() -> None:
    sessions = KnownSessions()
    watching = watch(sessions, timedelta(hours=1))
    await until(lambda: sessions.asked > 2)
    assert not watching.done()
    sessions.viewers.clear()
    await asyncio.wait_for(watching, 60)


async def test_returns_when_it_expires_before_the_next_look() -> None:
    await asyncio.wait_for(watch(KnownSessions(), timedelta(milliseconds=50), check_s=3600), 60)


async def test_a_prolonged_session_is_not_looked_at_more_often() -> None:
    sessions = KnownSessions(prolonged=datetime.now(UTC) + timedelta(hours=1))
    watching = watch(sessions, timedelta(0), check_s=3600)
    await until(lambda: sessions.asked == 1)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(watching, 0.5)
    assert sessions.asked == 1


async def test_a_database_that_is_away_ends_no_session(caplog: pytest.LogCaptureFixture) -> None:
    sessions = KnownSessions(is_down=True)
    watching = watch(sessions, timedelta(hours=1))
    await until(lambda: sessions.asked > 2)
    assert "Could not check a session: ServerSelectionTimeoutError" in caplog.text
    sessions.is_down = False
    sessions.viewers.clear()
    await asyncio.wait_for(watching, 60)


async def test_returns_where_nobody_needs_it() -> None:
    sessions = KnownSessions()
    await session_end(cast(AuthService, sessions), make_viewer(), 3600, lambda: False)
    assert sessions.asked == 0
