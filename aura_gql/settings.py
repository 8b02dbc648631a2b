"""Every setting of the server, from the environment or a `.env` file: the only module that reads either.

A variable's name is its field's name in capitals; `.env.example` lists them all and is made from this file.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from aura_gql.settings_types import (
    Bytes,
    Count,
    HttpUrl,
    LongSecret,
    Milliseconds,
    MongoUrl,
    Networks,
    Origins,
    Seconds,
    Secret,
)

_MIB = 1024 * 1024


class SettingsError(Exception):
    """One line for each wrong variable, naming it and never telling its value."""


class Mode(StrEnum):
    """How the server was started: `dev` fills gaps with embedded defaults, `serve` refuses to start over a gap."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


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
    data_directory: Path = Field(Path(".aura"), description="Folder of the embedded defaults and of local sandboxes.")
    environment: str | None = Field(
        None, max_length=64, description="A label for logs and health; unset, `development` or `production`."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least severity to log.")
    log_format: Literal["console", "json"] | None = Field(
        None, description="How log lines look; unset, `console` in development and `json` in production."
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
    better_auth_cookie_prefix: str = Field(
        "better-auth", pattern=r"^[A-Za-z0-9_.-]{1,64}$", description="Better Auth's cookie prefix."
    )


class StorageSettings(Group):
    """Blobs: Cloudflare R2 or another S3 by R2_*, or a local folder. One of the two is required to serve."""

    blob_directory: Path | None = Field(None, description="Local folder for blobs; unset, `dev` uses its data folder.")
    r2_account_id: str | None = Field(
        None, pattern=r"^[0-9A-Za-z]{1,64}$", description="Cloudflare account; gives the endpoint."
    )
    r2_endpoint_url: HttpUrl | None = Field(None, description="S3 endpoint; unset, the one of R2_ACCOUNT_ID.")
    r2_access_key_id: Secret | None = Field(None, description="Access key.")
    r2_secret_access_key: Secret | None = Field(None, description="Secret of the access key.")
    r2_bucket: str | None = Field(None, min_length=3, max_length=63, description="Bucket.")
    r2_region: str = Field("auto", description="Region; R2 has only `auto`.")
    r2_key_prefix: str = Field("", max_length=256, description="Put before every key, e.g. `aura/`.")

    @property
    def endpoint_url(self) -> str | None:
        """Where the S3 API is."""
        return self.r2_endpoint_url or (
            f"https://{self.r2_account_id}.r2.cloudflarestorage.com" if self.r2_account_id else None
        )


class ProviderSettings(Group):
    """Keys of services outside; without its key, a service is not used."""

    e2b_api_key: Secret | None = Field(None, description="E2B's API key, for its sandboxes.")
    daytona_api_key: Secret | None = Field(None, description="Daytona's API key, for its sandboxes.")
    github_token: Secret | None = Field(None, description="GitHub token to sync templates with; unset, anonymous.")


class GraphSettings(Group):
    """The bounds of one GraphQL request."""

    graphiql_enabled: bool | None = Field(
        None, description="Whether /graphql shows GraphiQL to browsers; unset, in development only."
    )
    introspection_enabled: bool | None = Field(
        None, description="Whether the schema can be asked for; unset, in development only."
    )
    max_query_depth: Count = Field(16, description="Most levels of fields in an operation.")
    max_query_aliases: Count = Field(32, description="Most aliases in an operation.")
    max_query_fields: Count = Field(1_000, description="Most fields in an operation, fragments spread out.")
    max_query_tokens: Count = Field(4_000, description="Most tokens in a document.")
    max_body_bytes: Bytes = Field(8 * _MIB, description="Bytes of the largest request body or socket message.")
    max_subscriptions_per_connection: Count = Field(100, description="Most subscriptions open on one socket.")


class FileSettings(Group):
    """The bounds of projects and their files."""

    max_projects_per_user: Count = Field(100, description="Most projects that a user owns.")
    max_files_per_project: Count = Field(2_000, description="Most files in a project.")
    max_file_bytes: Bytes = Field(1 * _MIB, description="Bytes of the largest file.")
    max_project_bytes: Bytes = Field(50 * _MIB, description="Bytes of all files of a project together.")


class SandboxSettings(Group):
    """The bounds of sandboxes; memory, processes, CPUs and disk are those of local ones."""

    max_sandboxes_per_user: Count = Field(5, description="Most live sandboxes of a user.")
    max_sandboxes_per_host: Count = Field(20, description="Most live local sandboxes on this machine.")
    sandbox_lifetime_s: Seconds = Field(4 * 3600, description="Seconds after which a sandbox ends in any case.")
    sandbox_idle_timeout_s: Seconds = Field(900, description="Seconds without activity after which it ends.")
    sandbox_memory_bytes: Annotated[int, Field(ge=64 * _MIB)] = Field(512 * _MIB, description="Bytes of memory.")
    sandbox_max_processes: Annotated[int, Field(ge=8)] = Field(128, description="Most processes and threads at once.")
    sandbox_cpus: float = Field(1.0, gt=0, le=1024, description="CPUs, in fractions, where cgroups are writable.")
    sandbox_disk_bytes: Annotated[int, Field(ge=_MIB)] = Field(512 * _MIB, description="Bytes of the project folder.")


class ExecutionSettings(Group):
    """The bounds of executions."""

    execution_timeout_ms: Milliseconds = Field(30_000, description="Milliseconds that one may take unless it asks.")
    execution_max_timeout_ms: Milliseconds = Field(600_000, description="Most milliseconds that one may ask for.")
    execution_max_output_bytes: Bytes = Field(10 * _MIB, description="Bytes of output after which it is ended.")
    execution_output_retention_days: Annotated[int, Field(ge=1, le=3650)] = Field(
        7, description="Days that its output is kept."
    )


class Settings(BaseModel):
    """All settings, checked. Each group's class tells its fields."""

    model_config = ConfigDict(frozen=True)

    mode: Mode
    server: ServerSettings
    database: DatabaseSettings
    auth: AuthSettings
    storage: StorageSettings
    providers: ProviderSettings
    graph: GraphSettings
    files: FileSettings
    sandboxes: SandboxSettings
    executions: ExecutionSettings

    @property
    def environment(self) -> str:
        """The label for logs and health."""
        return self.server.environment or self.mode.value

    @property
    def log_format(self) -> Literal["console", "json"]:
        """How log lines look."""
        return self.server.log_format or ("console" if self.mode is Mode.DEVELOPMENT else "json")

    @property
    def graphiql_enabled(self) -> bool:
        """Whether browsers get GraphiQL."""
        chosen = self.graph.graphiql_enabled
        return self.mode is Mode.DEVELOPMENT if chosen is None else chosen

    @property
    def introspection_enabled(self) -> bool:
        """Whether the schema can be asked for."""
        chosen = self.graph.introspection_enabled
        return self.mode is Mode.DEVELOPMENT if chosen is None else chosen

    @property
    def blob_directory(self) -> Path | None:
        """The local folder for blobs; None where they are in R2."""
        if self.storage.endpoint_url:
            return None
        return self.storage.blob_directory or self.server.data_directory / "blobs"


def load_settings(mode: Mode, env_file: Path | None = Path(".env")) -> Settings:
    """The settings of this process: the environment, over `env_file` where there is one, over the defaults.

    SettingsError lists everything that is wrong, and in production everything that is missing.
    """
    values: dict[str, Group] = {}
    problems: list[str] = []
    for name, field in Settings.model_fields.items():
        if not isinstance(field.annotation, type) or not issubclass(field.annotation, Group):
            continue
        try:
            values[name] = field.annotation(_env_file=env_file)
        except ValidationError as error:
            problems += [_line(detail["loc"], detail["msg"]) for detail in error.errors(include_input=False)]
    if not problems:
        settings = Settings.model_validate({"mode": mode, **values})
        problems = _gaps(settings)
        if not problems:
            return settings
    raise SettingsError("\n".join(problems))


def _line(location: tuple[int | str, ...], message: str) -> str:
    text = message.removeprefix("Value error, ").removeprefix("Input ").removeprefix("Value ")
    text = text.replace(" items after validation", " characters")
    return f"{str(location[0]).upper()}: {text}."


def _gaps(settings: Settings) -> list[str]:
    """What is missing or contradictory; a setting's default counts as missing where production requires it."""
    storage, gaps = settings.storage, []
    if settings.mode is Mode.PRODUCTION:
        required = (
            (settings.database, "database_url"),
            (settings.database, "mongodb_db_name"),
            (settings.auth, "better_auth_secret"),
        )
        gaps = [
            f"{name.upper()}: is required to serve." for group, name in required if name not in group.model_fields_set
        ]
    r2 = ("r2_access_key_id", "r2_secret_access_key", "r2_bucket")
    r2_given = bool(storage.endpoint_url) or any(getattr(storage, name) for name in r2)
    if r2_given:
        gaps += [
            f"{name.upper()}: is required beside the other R2_* settings." for name in r2 if not getattr(storage, name)
        ]
        if not storage.endpoint_url:
            gaps.append("R2_ACCOUNT_ID: is required beside the other R2_* settings, or R2_ENDPOINT_URL.")
        if storage.blob_directory:
            gaps.append("BLOB_DIRECTORY: can't stand beside R2_* settings; choose one.")
    elif settings.mode is Mode.PRODUCTION and not storage.blob_directory:
        gaps.append("R2_BUCKET: storage is required to serve: set all of R2_*, or BLOB_DIRECTORY.")
    executions = settings.executions
    if executions.execution_timeout_ms > executions.execution_max_timeout_ms:
        gaps.append("EXECUTION_TIMEOUT_MS: should not be over EXECUTION_MAX_TIMEOUT_MS.")
    return gaps
