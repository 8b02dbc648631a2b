"""Uvicorn, set up for GraphQL over HTTP and sockets."""

import asyncio
import errno
import gc
import math
import socket
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager

import uvicorn
from pymongo.errors import PyMongoError
from starlette.applications import Starlette

from aura_gql.commands.database_words import database_words
from aura_gql.commands.errors import CommandError
from aura_gql.commands.http_bounds import http_bounds
from aura_gql.commands.http_protocol import bounded_http
from aura_gql.commands.machine_port import machine_port
from aura_gql.commands.preview_port import preview_port
from aura_gql.commands.socket_protocol import LAST_WORD_S, patient_sockets
from aura_gql.commands.stopping import Stopping
from aura_gql.kernel.errors import DomainError
from aura_gql.settings import Settings

# Longer than the idle time of the usual load balancers (60 s), so that they hang up first.
_KEEP_ALIVE_S = 75
# Enough to keep a fast connection busy; without it a client that stopped reading costs megabytes.
_UNSENT_BYTES = 128 * 1024
_MORE = "`aura-gql doctor` says more"
_WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104


class _Server(uvicorn.Server):
    """Tells when it takes requests, and leaves the signals to the command."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None], delay_s: float = 0.0) -> None:
        super().__init__(config)
        self._on_ready = on_ready
        self._delay_s = delay_s
        self._is_asked = False
        self.on_stop: Callable[[], None] | None = None

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        _calm_garbage_collector()
        self._on_ready()

    def stop(self) -> None:
        """End politely, after the delay in which load balancers may notice; when asked again, at once, and without
        waiting for requests.
        """
        if self._is_asked:
            self.force_exit = self.should_exit = True
            return
        self._is_asked = True
        if self.on_stop:
            self.on_stop()
        if self._delay_s:
            asyncio.get_running_loop().call_later(self._delay_s, self._end)
        else:
            self._end()

    def _end(self) -> None:
        self.should_exit = True


def bind(host: str, port: int, advice: str = "choose another with --port") -> socket.socket:
    """A socket bound to the address, not yet listening; CommandError says why it can't be had, with `advice` where
    another program has it.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (OSError, UnicodeError) as error:
        raise CommandError(f"{host} is not an address to listen on.", exit_code=2) from error
    bound = socket.socket(family, kind, protocol)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
    except OSError as error:
        bound.close()
        hint = f"; {advice}" if error.errno == errno.EADDRINUSE else ""
        raise CommandError(f"can't listen on {host} port {port}: {error.strerror}{hint}.") from error
    return bound


@contextmanager
def bound_for_previews(settings: Settings) -> Iterator[socket.socket | None]:
    """The socket of previews, as `bind` gives it; None where the settings have no port for them."""
    if settings.preview_port is None:
        yield None
        return
    with bind(settings.previews.preview_host, settings.preview_port, "choose another PREVIEW_PORT") as bound:
        yield bound


def port_of(bound: socket.socket | None) -> int | None:
    """The port of a socket that there may be."""
    return None if bound is None else int(bound.getsockname()[1])


def url_of(bound: socket.socket) -> str:
    """The URL at which this machine reaches the socket."""
    host, port = bound.getsockname()[:2]
    if ":" in host and host not in _WILDCARDS:
        host = f"[{host}]"
    return f"http://{_WILDCARDS.get(host, host)}:{port}"


async def serve(
    app: Starlette,
    bound: socket.socket,
    settings: Settings,
    stopping: Stopping,
    on_ready: Callable[[], None],
    previews: socket.socket | None = None,
) -> None:
    """Run the app, its lifespan included, until a signal: stop accepting, end requests and sockets, then the lifespan.

    Beside it, from before its start until after its end, the port for machines where the settings want one; while it
    runs, that of previews where there is a socket for them. CommandError where MongoDB, the blob store or the like keep
    it from starting.
    """
    _be_wary(bound, settings)
    ping_s = settings.live.socket_ping_interval_ms / 1000
    config = uvicorn.Config(
        app,
        http=bounded_http(http_bounds(settings)),
        ws=patient_sockets(settings.server.send_timeout_ms / 1000, settings.graph.max_body_bytes),
        ws_per_message_deflate=False,
        ws_ping_interval=ping_s,
        ws_ping_timeout=ping_s,
        ws_max_size=settings.graph.max_body_bytes,
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.server.trusted_proxies),
        forwarded_allow_ips=list(settings.server.trusted_proxies),
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=math.ceil(settings.server.shutdown_grace_ms / 1000),
    )
    async with AsyncExitStack() as stack:
        if settings.server.metrics_port is not None:
            machines = bind(settings.server.metrics_host, settings.server.metrics_port, "choose another METRICS_PORT")
            await stack.enter_async_context(machine_port(app.state.machines, machines))
        try:
            await stack.enter_async_context(app.router.lifespan_context(app))
        except PyMongoError as error:
            raise CommandError(f"MongoDB does not answer: {database_words(error)}; {_MORE}.") from error
        except DomainError as error:
            raise CommandError(f"{error.message} {_MORE.capitalize()}.") from error
        if previews is not None:
            grace_s = settings.server.shutdown_grace_ms / 1000
            await stack.enter_async_context(preview_port(app.state.previews, previews, grace_s))
        server = _Server(config, on_ready, settings.server.shutdown_delay_ms / 1000)
        if (readiness := getattr(app.state, "readiness", None)) is not None:
            server.on_stop = readiness.stop
        stopping.instead(server.stop)
        await server.serve(sockets=[bound])


def _be_wary(bound: socket.socket, settings: Settings) -> None:
    """Have the system hold little that is not sent yet, and end connections to clients that are gone without a word.

    Connections that are accepted have these options of the socket that listens. Other systems than Linux lack some.
    """
    if hasattr(socket, "TCP_NOTSENT_LOWAT"):
        bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, _UNSENT_BYTES)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        silence_ms = min(settings.server.send_timeout_ms + round(2 * LAST_WORD_S * 1000), 2**31 - 1)
        bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, silence_ms)


def _calm_garbage_collector() -> None:
    """Leave what start-up made out of every collection, and collect rarely: list queries run half as fast again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)
