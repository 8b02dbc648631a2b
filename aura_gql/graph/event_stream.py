"""Results as server-sent events, by the distinct-connections mode of the graphql-sse protocol."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable

from starlette.requests import ClientDisconnect
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send
from strawberry.types import ExecutionResult

from aura_gql.graph.negotiation import EVENT_STREAM

HEARTBEAT_S = 12.0
FAIR_SHARE = 64

_COMMENT = b":\n\n"
_COMPLETE = b"event: complete\ndata:\n\n"


async def event_stream(
    results: AsyncGenerator[ExecutionResult, None],
    encode: Callable[[ExecutionResult], bytes],
    failed: Callable[[Exception], ExecutionResult],
    heartbeat_s: float = HEARTBEAT_S,
    last_word: Callable[[], Awaitable[ExecutionResult]] | None = None,
) -> AsyncGenerator[bytes, None]:
    """Each result as a `next` event, then `complete`; comments keep proxies from closing a quiet stream.

    Once `last_word` returns, its result is the last `next`, whatever `results` has still to say; so is what `failed`
    makes of an exception. Closing the stream closes `results`. Every 64 events it lets others run, since a writable
    socket never makes it wait.
    """
    pending = asyncio.ensure_future(anext(results))
    ending = asyncio.ensure_future((last_word or _never)())
    sent = 0
    try:
        yield _COMMENT
        while True:
            await asyncio.wait({pending, ending}, timeout=heartbeat_s, return_when=asyncio.FIRST_COMPLETED)
            if ending.done():
                yield _next(encode(ending.result()))
                break
            if not pending.done():
                yield _COMMENT
                continue
            try:
                data = encode(pending.result())
            except StopAsyncIteration:
                break
            except Exception as error:
                yield _next(encode(failed(error)))
                break
            yield _next(data)
            sent += 1
            if sent % FAIR_SHARE == 0:
                await asyncio.sleep(0)
            pending = asyncio.ensure_future(anext(results))
        yield _COMPLETE
    finally:
        ending.cancel()
        await asyncio.shield(asyncio.ensure_future(_close(results, pending)))


async def _never() -> ExecutionResult:
    await asyncio.Event().wait()
    raise AssertionError("Nobody sets it.")


def _next(data: bytes) -> bytes:
    return b"event: next\ndata: " + data + b"\n\n"


async def _close(results: AsyncGenerator[ExecutionResult, None], pending: asyncio.Future[ExecutionResult]) -> None:
    pending.cancel()
    await asyncio.wait({pending})
    await results.aclose()


class EventStreamResponse(StreamingResponse):
    """A response of server-sent events that ends its source at once when the client goes, also in mid-send."""

    def __init__(self, events: AsyncGenerator[bytes, None], on_end: Callable[[], None]) -> None:
        """Over what `event_stream` gives; `on_end` is called when all of it has been closed."""
        super().__init__(
            events,
            headers={
                "content-type": f"{EVENT_STREAM}; charset=utf-8",
                "cache-control": "no-store",
                "x-accel-buffering": "no",
            },
        )
        self._events = events
        self._on_end = on_end

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send events until they end or nobody listens."""
        try:
            await super().__call__(scope, receive, send)
        except ClientDisconnect:
            return
        finally:
            await asyncio.shield(asyncio.ensure_future(self._close()))

    async def _close(self) -> None:
        try:
            await self._events.aclose()
        finally:
            self._on_end()
