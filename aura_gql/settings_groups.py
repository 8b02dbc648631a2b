"""The settings themselves, in groups: their names, defaults, bounds and descriptions."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from aura_gql.settings_types import (
    Bytes,
    Count,
    HttpUrl,
    LongSecret,
    Milliseconds,
    MongoUrl,
    Networks,
    Origin,
    Origins,
    RedisUrl,
    Seconds,
    VersionedSecrets,
)

_MIB = 1024 * 1024


class Group(BaseSettings):
    """Settings that belong together. An empty variable counts as unset."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True)


class ServerSettings(Group):
    """The server process."""

    host: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 for every interface.")
    port: int = Field(8000, ge=0, le=65535, description="TCP port to listen on; 0 lets the system choose.")
    allowed_origins: Origins = Field(
        (), description="Origins, comma-separated, whose pages may call the API and open sockets besides our own."
    )
    trusted_proxies: Networks = Field(
        (), description="Networks, comma-separated, of the proxies whose X-Forwarded-For and -Proto headers count."
    )
    public_url: Origin | None = Field(
        None,
        description="Where browsers reach this server, scheme://host[:port]: links to files and archives begin with it;"
        " unset, with the Host of the request that asks for one.",
    )
    hsts_max_age_s: Annotated[int, Field(ge=0, le=63_072_000)] = Field(
        31_536_000,
        description="Seconds for which a browser that came by https, as TRUSTED_PROXIES may tell, is to use nothing"
        " else for this host; 0 leaves it alone.",
    )
    data_directory: Path = Field(Path(".aura"), description="Folder of the embedded defaults and of local sandboxes.")
    environment: str | None = Field(
        None, max_length=64, description="A label for logs and health; unset, `development` or `production`."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least severity to log.")
    log_format: Literal["console", "json"] | None = Field(
        None, description="How log lines look; unset, `console` in development and `json` in production."
    )
    max_connections: Count = Field(
        4_000, description="Most connections at once, sockets included; fewer where the system allows fewer files."
    )
    request_head_timeout_ms: Milliseconds = Field(
        10_000, description="Milliseconds that the line and the headers of a request may take to arrive."
    )
    request_body_timeout_ms: Milliseconds = Field(
        20_000, description="Milliseconds that a body may take to arrive, and 1 s more for every 4 KiB that came."
    )
    send_timeout_ms: Milliseconds = Field(
        60_000,
        description="Milliseconds after which a client that takes its answer at less than 4 KiB/s is hung up on.",
    )
    log_operations: Literal["all", "failed", "none"] | None = Field(
        None, description="Which operations get a log line; unset, `failed` in development and `all` in production."
    )
    metrics_host: str = Field(
        "127.0.0.1", description="Address of /metrics, /healthz and /readyz for machines; never a public one."
    )
    metrics_port: int | None = Field(
        None, ge=0, le=65535, description="TCP port of METRICS_HOST; 0 lets the system choose; unset, there is none."
    )
    tracing_otlp_endpoint: HttpUrl | None = Field(
        None, description="OTLP/HTTP collector of traces, e.g. http://127.0.0.1:4318; unset, there are none."
    )
    tracing_sample_ratio: float = Field(1.0, ge=0, le=1, description="Part of the operations that have a trace.")
    shutdown_delay_ms: int = Field(
        0, ge=0, le=2**31 - 1, description="Milliseconds that /readyz says 503 before new connections are refused."
    )
    shutdown_grace_ms: Milliseconds = Field(10_000, description="Milliseconds that requests have to end at shutdown.")


class DatabaseSettings(Group):
    """MongoDB."""

    database_url: MongoUrl | None = Field(
        None, description="Address of a MongoDB replica set; unset, `dev` runs its own. Required to serve."
    )
    mongodb_db_name: str = Field(
        "aura", pattern=r'^[^/\\. "$*<>:|?\x00]{1,63}$', description="Name of the database. Required to serve."
    )
    mongodb_max_pool_size: Count = Field(100, description="Most connections to each MongoDB server.")
    mongodb_server_selection_timeout_ms: Milliseconds = Field(
        5_000, description="Milliseconds to look for a usable server before a request fails with DATABASE_UNAVAILABLE."
    )
    mongodb_connect_timeout_ms: Milliseconds = Field(5_000, description="Milliseconds to open a connection.")
    mongodb_socket_timeout_ms: Milliseconds = Field(30_000, description="Milliseconds to wait for an answer.")
    mongodb_wait_queue_timeout_ms: Milliseconds = Field(
        5_000, description="Milliseconds to wait for a free connection of the pool."
    )
    aura_mongod: Path | None = Field(
        None, description="The mongod program that `dev` runs; unset, the bundled one, else the one on PATH."
    )


class AuthSettings(Group):
    """Better Auth, whose sessions we accept."""

    better_auth_secret: LongSecret | None = Field(
        None, description="Better Auth's secret, at least 32 characters; unset, `dev` makes one. Required to serve."
    )
    better_auth_secrets: VersionedSecrets = Field(
        (),
        description="Better Auth's secrets with their versions, e.g. `2:new,1:old`. As there, the first signs and"
        " verifies sessions, in place of BETTER_AUTH_SECRET, and the others do neither.",
    )
    better_auth_cookie_prefix: str = Field(
        "better-auth", pattern=r"^[A-Za-z0-9_.-]{1,64}$", description="Better Auth's cookie prefix."
    )

    @property
    def current_secret(self) -> SecretStr | None:
        """The one that signs and verifies sessions: Better Auth has no other for them."""
        return self.better_auth_secrets[0].secret if self.better_auth_secrets else self.better_auth_secret


class GraphSettings(Group):
    """The bounds of one GraphQL request."""

    graphiql_enabled: bool | None = Field(
        None, description="Whether /graphql shows GraphiQL to browsers; unset, in development only."
    )
    introspection_enabled: bool | None = Field(
        None, description="Whether the schema can be asked for; unset, in development only."
    )
    trusted_documents: Path | None = Field(
        None, description="Manifest of the documents that front ends send by hash: docs/trusted-documents.md."
    )
    trusted_documents_only: bool = Field(
        False, description="Whether documents outside the manifest are refused, those that GraphiQL sends too."
    )
    max_query_depth: Count = Field(16, description="Most levels of fields in an operation.")
    max_query_aliases: Count = Field(32, description="Most aliases in an operation.")
    max_query_fields: Count = Field(1_000, description="Most fields in an operation, fragments spread out.")
    max_query_cost: Count = Field(10_000, description="Most points that an operation costs; see docs/limits.md.")
    max_query_tokens: Count = Field(4_000, description="Most tokens in a document.")
    query_timeout_ms: Milliseconds = Field(
        15_000, description="Milliseconds that a query may take; mutations have the bounds of what they do."
    )
    max_body_bytes: Bytes = Field(8 * _MIB, description="Bytes of the largest request body or socket message.")
    max_upload_bytes: Bytes = Field(
        32 * _MIB, description="Bytes of the largest request with files; they wait in the system's temporary folder."
    )
    max_upload_files: Count = Field(100, description="Most files in one request.")
    max_uploads_per_user: Count = Field(4, description="Most requests with files of a user at a time, in a process.")
    max_uploads: Count = Field(32, description="Most requests with files at a time, in a process.")


class LiveSettings(Group):
    """The bounds of what clients hold open: sockets, and the subscriptions on them and on event streams."""

    max_sockets: Count = Field(3_000, description="Most sockets open in one process.")
    max_sockets_per_user: Count = Field(50, description="Most sockets that one user has open in one process.")
    max_sockets_per_address: Count = Field(
        500,
        description=(
            "Most sockets from one address in one process on which nobody is signed in, or not yet: after a restart "
            "all users behind one proxy come at once."
        ),
    )
    max_subscriptions: Count = Field(20_000, description="Most subscriptions open in one process.")
    max_subscriptions_per_user: Count = Field(
        200, description="Most subscriptions that one user has open in one process, or one address likewise."
    )
    max_subscriptions_per_connection: Count = Field(100, description="Most subscriptions open on one socket.")
    socket_init_timeout_ms: Milliseconds = Field(
        10_000, description="Milliseconds that a new socket has to send connection_init."
    )
    socket_ping_interval_ms: Milliseconds = Field(
        20_000,
        description="Milliseconds between two pings on a socket; one that does not answer within as many is closed.",
    )
    session_check_interval_ms: Milliseconds = Field(
        30_000, description="Milliseconds between two looks at whether the session behind a subscription still lives."
    )
    sse_heartbeat_interval_ms: Milliseconds = Field(
        12_000, description="Milliseconds of silence after which an event stream sends a comment."
    )


class RateSettings(Group):
    """What a caller may use in a stretch of time, and where that is counted."""

    user_cost_limit: Count = Field(60_000, description="Points of operations that a user has in each COST_WINDOW_S.")
    anonymous_cost_limit: Count = Field(
        20_000, description="Points that all who have not signed in at one address have together in it."
    )
    cost_window_s: Seconds = Field(60, description="Seconds after which points come back.")
    sandbox_operations_limit: Count = Field(
        100,
        description="Starts and stops of sandboxes and runs in them of a user in SANDBOX_OPERATIONS_WINDOW_S.",
    )
    sandbox_operations_window_s: Seconds = Field(900, description="Seconds after which these come back.")
    redis_url: RedisUrl | None = Field(
        None, description="Redis that counts for several processes, redis://HOST:PORT; unset, each counts for itself."
    )
