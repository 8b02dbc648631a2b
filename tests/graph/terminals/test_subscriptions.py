"""Watching terminals, on the wire."""

import asyncio
import base64
from contextlib import aclosing

import pytest

from tests.support.api import Member, Refused
from tests.support.terminal_journeys import CLOSE, RESIZE, WRITE, done, opened, shown_until, watch


async def test_somebody_works_at_a_terminal(owner: Member, sandbox: str) -> None:
    id = await opened(owner, sandbox, columns=90, rows=20)
    async with aclosing(watch(owner, id)) as events:
        await done(owner, WRITE, terminalId=id, text="stty size; cat\r")
        await shown_until(events, "20 90")
        await done(owner, WRITE, terminalId=id, text="grüße\r")
        await shown_until(events, "grüße\r\ngrüße\r\n")
        await done(owner, WRITE, terminalId=id, text="\x03")
        await shown_until(events, "^C")
        resized = (await done(owner, RESIZE, terminalId=id, columns=60, rows=10))["terminal"]
        assert (resized["columns"], resized["rows"]) == (60, 10)
        await done(owner, WRITE, terminalId=id, base64=base64.b64encode(b"stty size\r").decode())
        await shown_until(events, "10 60")
        await done(owner, WRITE, terminalId=id, text="exit 4\r")
        *_, closed = [event async for event in events]
    terminal = closed["terminal"]
    assert (terminal["status"], terminal["ending"], terminal["exitCode"]) == ("CLOSED", "EXITED", 4)
    assert terminal["reason"] == "Its program ended with exit code 4."
    assert terminal["lastSequence"] == closed["lastSequence"] > 0


async def test_who_was_away_goes_on_where_he_was(owner: Member, sandbox: str) -> None:
    id = await opened(owner, sandbox, "sh", "-c", r"stty -opost; printf 'one\n\377'; read go; printf two")
    async with aclosing(watch(owner, id)) as events:
        first = await anext(events)
        assert (first["firstSequence"], first["at"][-1]) == (1, "Z")
    await done(owner, WRITE, terminalId=id, text="\r")
    rest = [event async for event in watch(owner, id, first["lastSequence"])]
    assert [event["__typename"] for event in rest][-1] == "TerminalClosed"
    assert rest[0]["firstSequence"] == first["lastSequence"] + 1
    whole = [event async for event in watch(owner, id)]
    data = b"".join(
        base64.b64decode(event["base64"]) if event["base64"] else event["text"].encode() for event in whole[:-1]
    )
    assert data.startswith(b"one\n\xff")
    assert data.endswith(b"two")
    assert all((event["text"] is None) != (event["base64"] is None) for event in whole[:-1])


async def test_a_reader_who_is_cut_off_in_a_flood_sees_what_another_sees(owner: Member, sandbox: str) -> None:
    script = "stty -opost -echo; echo set; read go; seq 1 20000"
    id = await opened(owner, sandbox, "sh", "-c", script)
    async with aclosing(watch(owner, id)) as events:
        shown = await shown_until(events, "set\n")
        await done(owner, WRITE, terminalId=id, text="\n")
        cut = asyncio.create_task(read_cut_off(owner, id))
        async for event in events:
            assert event["__typename"] != "TerminalGap"
            shown += event.get("text") or ""
    assert shown.split()[1:] == [str(number) for number in range(1, 20_001)]
    rest, has_gap = await cut
    assert shown.endswith(rest) if has_gap else rest == shown


async def read_cut_off(member: Member, terminal: str) -> tuple[str, bool]:
    """What a reader sees whose connection is lost behind every second event: all, or all behind his last gap."""
    shown, last, has_gap = "", 0, False
    while True:
        left = 2
        async with aclosing(watch(member, terminal, last)) as events:
            async for event in events:
                match event["__typename"]:
                    case "TerminalClosed":
                        return shown, has_gap
                    case "TerminalGap":
                        assert event["firstSequence"] == last + 1
                        shown, has_gap = "", True
                    case "TerminalOutput":
                        assert event["firstSequence"] == last + 1
                        shown += event["text"]
                last, left = event["lastSequence"], left - 1
                if not left:
                    break


async def test_a_closed_terminal_says_so(owner: Member, sandbox: str) -> None:
    id = await opened(owner, sandbox, "sleep", "600")
    terminal = (await done(owner, CLOSE, terminalId=id))["terminal"]
    assert (terminal["status"], terminal["ending"]) == ("CLOSED", "CLOSED")
    (closed,) = [event async for event in watch(owner, id)]
    assert closed["terminal"]["signal"] == 1


@pytest.mark.parametrize("after", [-1, 1000])
async def test_a_number_that_no_chunk_has_is_refused(owner: Member, sandbox: str, after: int) -> None:
    id = await opened(owner, sandbox, "true")
    with pytest.raises(Refused) as refused:
        await anext(watch(owner, id, after))
    assert refused.value.code == "INVALID_INPUT"


async def test_a_foreign_terminal_can_not_be_watched(owner: Member, eve: Member, sandbox: str) -> None:
    id = await opened(owner, sandbox, "true")
    with pytest.raises(Refused) as refused:
        await anext(watch(eve, id))
    assert refused.value.code == "NOT_FOUND"
