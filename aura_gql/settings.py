"""The settings of a process, from the environment or a `.env` file: the only module that reads either.

A variable's name is its field's name in capitals; `.env.example` lists them all and is made from their groups.
"""

import re
from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from aura_gql.settings_egress import EgressSettings
from aura_gql.settings_files import FileSettings, StorageSettings
from aura_gql.settings_groups import (
    AuthSettings,
    DatabaseSettings,
    GraphSettings,
    Group,
    LiveSettings,
    RateSettings,
    ServerSettings,
)
from aura_gql.settings_previews import PreviewSettings
from aura_gql.settings_providers import ProviderSettings
from aura_gql.settings_sandboxes import ExecutionSettings, SandboxSettings, TerminalSettings
from aura_gql.settings_templates import TemplateSettings


class SettingsError(Exception):
    """One line for each wrong variable, naming it and never telling its value."""


class Mode(StrEnum):
    """How the server was started: `dev` fills gaps with embedded defaults, `serve` refuses to start over a gap."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


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
    live: LiveSettings
    files: FileSettings
    templates: TemplateSettings
    sandboxes: SandboxSettings
    egress: EgressSettings
    executions: ExecutionSettings
    terminals: TerminalSettings
    previews: PreviewSettings
    rates: RateSettings

    @property
    def environment(self) -> str:
        """The label for logs and health."""
        return self.server.environment or self.mode.value

    @property
    def log_format(self) -> Literal["console", "json"]:
        """How log lines look."""
        return self.server.log_format or ("console" if self.mode is Mode.DEVELOPMENT else "json")

    @property
    def log_operations(self) -> Literal["all", "failed", "none"]:
        """Which operations get a log line."""
        return self.server.log_operations or ("failed" if self.mode is Mode.DEVELOPMENT else "all")

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
    def preview_port(self) -> int | None:
        """Where previews are; None where there are none."""
        chosen = self.previews.preview_port
        return 0 if chosen is None and self.mode is Mode.DEVELOPMENT else chosen

    @property
    def r2_key_prefix(self) -> str:
        """What every key in the bucket begins with, for this environment."""
        label = re.sub(r"[^a-z0-9-]+", "-", self.environment.lower()).strip("-")
        return self.storage.r2_key_prefix.replace("{environment}", label)

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
        database = settings.database
        missing = [name for name in ("database_url", "mongodb_db_name") if name not in database.model_fields_set]
        if settings.auth.current_secret is None:
            missing.append("better_auth_secret")
        gaps = [f"{name.upper()}: is required to serve." for name in missing]
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
        if storage.r2_kms_key_id and storage.r2_encryption != "aws:kms":
            gaps.append("R2_KMS_KEY_ID: counts for R2_ENCRYPTION=aws:kms alone.")
    elif settings.mode is Mode.PRODUCTION and not storage.blob_directory:
        gaps.append("R2_BUCKET: storage is required to serve: set all of R2_*, or BLOB_DIRECTORY.")
    if settings.graph.trusted_documents_only and not settings.graph.trusted_documents:
        gaps.append("TRUSTED_DOCUMENTS: is required beside TRUSTED_DOCUMENTS_ONLY.")
    executions = settings.executions
    if executions.execution_timeout_ms > executions.execution_max_timeout_ms:
        gaps.append("EXECUTION_TIMEOUT_MS: should not be over EXECUTION_MAX_TIMEOUT_MS.")
    return gaps + settings.providers.gaps()
