"""The settings of previews."""

import re
from typing import Annotated

from pydantic import BeforeValidator, Field

from aura_gql.settings_groups import Group
from aura_gql.settings_types import Count, Milliseconds

_PUBLIC_URL = re.compile(r"https?://\{token\}(\.[a-z0-9-]+)+(:[0-9]{1,5})?/?")


def _check_public_url(value: str) -> str:
    if not _PUBLIC_URL.fullmatch(value):
        raise ValueError("should be a URL with no path whose host begins with {token}., in lower case")
    return value.rstrip("/")


class PreviewSettings(Group):
    """Previews: what listens in sandboxes, each at a host name of its own that no page of ours shares."""

    preview_port: int | None = Field(
        None,
        ge=0,
        le=65535,
        description="TCP port of previews; 0 lets the system choose; unset, `dev` does that and `serve` has none.",
    )
    preview_host: str = Field("127.0.0.1", description="Address that PREVIEW_PORT listens on.")
    preview_domain: str = Field(
        "localhost",
        pattern=r"^[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63}){0,8}$",
        description="Domain all of whose subdomains lead to PREVIEW_HOST; browsers find those of `localhost` here.",
    )
    preview_public_url: Annotated[str, BeforeValidator(_check_public_url)] | None = Field(
        None,
        description="Where a TLS proxy in front of PREVIEW_PORT has them, e.g. `https://{token}.preview.example.com`;"
        " goes before PREVIEW_DOMAIN. Never below the domain of the app: pages there may set cookies for it.",
    )
    preview_max_connections: Count = Field(500, description="Most connections to previews in one process.")
    preview_max_connections_per_preview: Count = Field(
        100, description="Most requests and sockets that go through one preview at once."
    )
    preview_idle_timeout_ms: Milliseconds = Field(
        300_000, description="Milliseconds after which a request or a socket on which nothing moves is hung up on."
    )
