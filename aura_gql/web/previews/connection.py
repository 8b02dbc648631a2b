"""One connection of a browser: requests for previews, one behind the other."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass

import h11

from aura_gql.infra.mongo import is_database_unavailable
from aura_gql.previews.addresses import PreviewAddresses
from aura_gql.previews.errors import PreviewBusy, PreviewNotFound
from aura_gql.previews.records import PreviewRecord
from aura_gql.previews.service import PreviewService
from aura_gql.sandboxes.errors import PortNotOpen, SandboxGone, SandboxNotRunning
from aura_gql.web.previews import pages
from aura_gql.web.previews.bounds import ProxyBounds
from aura_gql.web.previews.exchange import BadRequest, exchange, splice
from aura_gql.web.previews.headers import Door
from aura_gql.web.previews.heads import BadMessage, check_answer
from aura_gql.web.previews.idle_clock import IdleClock
from aura_gql.web.previews.peer import READ_BYTES, Peer, PeerGone

# What is still read of a request that is answered already.
_UNREAD_BYTES = 1 << 20
_UNREAD_S = 1.0


@dataclass(frozen=True, slots=True)
class _Refusal:
    status: int
    text: str


class PreviewConnection:
    """Serves a client until it or we close."""

    def __init__(
        self, client: Peer, address: str, previews: PreviewService, addresses: PreviewAddresses, bounds: ProxyBounds
    ) -> None:
        """`address` is the client's, as far as we can tell."""
        self._client = client
        self._address = address
        self._previews = previews
        self._addresses = addresses
        self._bounds = bounds
        self._is_last = False
        # Nobody waits for an answer: it may be ended at any moment.
        self.is_idle = True

    def finish(self) -> None:
        """Serve no request more than the present one."""
        self._is_last = True

    async def serve(self) -> None:
        """Every request that it makes. Returns when the connection is to be closed."""
        while await self._awaits_request() and await self._serve_one() and not self._is_last:
            self._client.renew()

    async def _awaits_request(self) -> bool:
        self.is_idle = True
        try:
            async with asyncio.timeout(self._bounds.keep_alive_s):
                return await self._client.wait()
        except TimeoutError:
            return False
        finally:
            self.is_idle = False

    async def _serve_one(self) -> bool:
        """One request; whether another may follow on the same connection."""
        try:
            async with asyncio.timeout(self._bounds.head_s):
                request = await self._client.receive_head()
        except TimeoutError:
            return await self._refuse(_Refusal(408, "The request took too long to arrive."))
        except BadMessage as error:
            return await self._refuse(_Refusal(error.status, str(error)))
        if not isinstance(request, h11.Request):
            return False
        refusal = await self._pass_on(request)
        if refusal is not None:
            return await self._refuse(refusal, request)
        if self._client.http.their_state is h11.SEND_BODY:  # It was answered before it was heard out.
            await self._hang_up_politely()
        return self._client.http.states == {h11.CLIENT: h11.DONE, h11.SERVER: h11.DONE}

    async def _pass_on(self, request: h11.Request) -> _Refusal | None:
        """Have the request answered by what it is for; else what to tell the client."""
        host = next(value for name, value in request.headers if name == b"host")
        token = self._addresses.token_in(host.decode("latin-1"))
        if token is None:
            return _Refusal(404, pages.NO_PREVIEW)
        try:
            preview = await self._previews.behind(token)
            return await self._visit(preview, request, self._door(preview, request, token))
        except PreviewNotFound:
            return _Refusal(404, pages.NO_PREVIEW)
        except SandboxGone:
            return _Refusal(410, pages.SANDBOX_ENDED)
        except SandboxNotRunning:
            return _Refusal(503, pages.NOT_HERE_YET)
        except PreviewBusy:
            return _Refusal(503, pages.BUSY)
        except Exception as error:
            if not is_database_unavailable(error):
                raise
            return _Refusal(503, pages.DATABASE_AWAY)

    async def _visit(self, preview: PreviewRecord, request: h11.Request, door: Door) -> _Refusal | None:
        clock = IdleClock(self._bounds.idle_s)
        try:
            async with (
                self._previews.visit(preview) as machine,
                clock.running(),
                _connected(await machine.connect(preview.port)) as inside,
            ):
                self._client.on_move = inside.on_move = clock.moved
                if await exchange(self._client, inside, request, door) and not self._is_last:
                    self.is_idle = True
                    await splice(self._client, inside)
        except PortNotOpen:
            return _Refusal(502, pages.NOT_OPEN.format(port=preview.port))
        except BadRequest as error:
            return _Refusal(error.status, str(error))
        except (BadMessage, PeerGone, ConnectionError, h11.LocalProtocolError):
            return _Refusal(502, pages.NO_HTTP.format(port=preview.port))
        except TimeoutError:
            return _Refusal(504, pages.NO_ANSWER.format(port=preview.port))
        finally:
            self._client.on_move = None
        return None

    def _door(self, preview: PreviewRecord, request: h11.Request, token: str) -> Door:
        told = [value for name, value in request.headers if name == b"x-forwarded-for"]
        is_through_proxy = self._bounds.trusts(self._address)
        origin = self._addresses.origin_of(token).encode()
        return Door(
            port=preview.port,
            host=origin.partition(b"://")[2],
            origin=origin,
            client=b", ".join([*(told if is_through_proxy else ()), self._address.encode()]),
            scheme=self._addresses.scheme.encode(),
            cookie_prefix=self._bounds.cookie_prefix.encode(),
        )

    async def _refuse(self, refusal: _Refusal, request: h11.Request | None = None) -> bool:
        """Answer with a page of our own; whether the connection goes on. Half an answer is cut off instead."""
        if self._has_answered():
            self._client.abort()
            return False
        is_read = request is not None and self._has_no_body()
        head, body = pages.answer(refusal.status, refusal.text, close=not is_read)
        is_wanted = request is None or request.method != b"HEAD"
        await self._client.send(head, *([body] if is_wanted else []), h11.EndOfMessage())
        if is_read and self._client.http.our_state is h11.DONE:
            return True
        await self._hang_up_politely()
        return False

    def _has_answered(self) -> bool:
        return self._client.http.our_state not in (h11.IDLE, h11.SEND_RESPONSE)

    def _has_no_body(self) -> bool:
        """Whether the request is read to its end already."""
        http = self._client.http
        try:
            return http.their_state is h11.DONE or isinstance(self._client.next_event(), h11.EndOfMessage)
        except BadMessage:
            return False

    async def _hang_up_politely(self) -> None:
        """Read on for a moment: what comes behind a closed door would have the answer thrown away on its way."""
        self._client.end_writing()
        size = 0
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_UNREAD_S):
                while size < _UNREAD_BYTES and (piece := await self._client.read()):
                    size += len(piece)


@contextlib.asynccontextmanager
async def _connected(stream: socket.socket) -> AsyncIterator[Peer]:
    reader, writer = await asyncio.open_connection(sock=stream, limit=READ_BYTES)
    inside = Peer(reader, writer, h11.CLIENT, check_answer)
    try:
        yield inside
    finally:
        await inside.close()
