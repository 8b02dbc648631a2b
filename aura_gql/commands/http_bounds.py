"""How many connections a server has at once, and how long each may keep it waiting."""

import resource
from dataclasses import dataclass

from aura_gql.settings import Settings

SPARE_FILES = 200
"""Of those that the system lets a process have open: for databases, blobs and sandboxes."""


@dataclass(frozen=True, slots=True)
class HttpBounds:
    """Of HTTP/1.1. A head has `head_timeout_s` from its first byte, or from the connection's opening, to its end.

    A body has `body_timeout_s`, and a second more for each `min_body_rate` bytes that came. An answer that its reader
    does not take has `send_timeout_s`, begun anew whenever it took `min_body_rate` bytes for each of those seconds.
    """

    max_connections: int = 4_000
    head_timeout_s: float = 10.0
    body_timeout_s: float = 20.0
    send_timeout_s: float = 60.0
    min_body_rate: int = 4_096


def http_bounds(settings: Settings) -> HttpBounds:
    """The settings' bounds; fewer connections where the system gives the process too few files for as many."""
    server = settings.server
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = server.max_connections if files == resource.RLIM_INFINITY else files - SPARE_FILES
    return HttpBounds(
        max_connections=max(1, min(server.max_connections, most)),
        head_timeout_s=server.request_head_timeout_ms / 1000,
        body_timeout_s=server.request_body_timeout_ms / 1000,
        send_timeout_s=server.send_timeout_ms / 1000,
    )
