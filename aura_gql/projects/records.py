"""What the projects room hands to the rooms above: values, never documents."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bson import ObjectId

from aura_gql.kernel.providers import SandboxProviderName


class ProjectStatus(StrEnum):
    """Where a project stands."""

    INITIALIZING = "INITIALIZING"
    READY = "READY"
    ERROR = "ERROR"
    DELETING = "DELETING"


class InitialisationStep(StrEnum):
    """How far the background initialisation has come; in ERROR, the step that failed."""

    QUEUED = "QUEUED"
    COPYING_FILES = "COPYING_FILES"
    CONFIGURING = "CONFIGURING"
    STORING_FILES = "STORING_FILES"
    STARTING_SANDBOX = "STARTING_SANDBOX"
    DONE = "DONE"


class PackageManager(StrEnum):
    """Which program installs a project's npm packages."""

    NPM = "NPM"
    PNPM = "PNPM"
    YARN = "YARN"
    BUN = "BUN"


@dataclass(frozen=True, slots=True)
class PackageRequest:
    """An npm package to add: `version` is a semver range or a tag, `latest` where it is None."""

    name: str
    version: str | None = None
    dev: bool = False


@dataclass(frozen=True, slots=True)
class ProjectConfiguration:
    """What to change in the template's files. None and False leave them alone."""

    typescript: bool | None = None
    eslint: bool | None = None
    prettier: bool | None = None
    tailwindcss: bool | None = None
    package_manager: PackageManager | None = None
    additional_dependencies: tuple[PackageRequest, ...] = ()

    def is_empty(self) -> bool:
        """Whether it asks for nothing."""
        options = (self.typescript, self.eslint, self.prettier, self.tailwindcss, self.package_manager)
        return not any(options) and not self.additional_dependencies


@dataclass(frozen=True, slots=True)
class NewProject:
    """What a user asks for. `sandbox_provider` None means the server's default."""

    name: str
    template_id: ObjectId
    description: str = ""
    configuration: ProjectConfiguration = field(default_factory=ProjectConfiguration)
    sandbox_provider: SandboxProviderName | None = None
    auto_start_sandbox: bool = False


@dataclass(frozen=True, slots=True)
class ProjectRecord:
    """A project as stored. `revision` counts the changes of its files, `event_sequence` those of itself, `attempt` the
    initialisations begun (1 for the first). `template_revision` is what it is made from and `start_command` what
    starts the files that it began with, each None where nobody noted that.
    """

    id: ObjectId
    user_id: str
    name: str
    description: str
    template_id: ObjectId
    status: ProjectStatus
    step: InitialisationStep
    error_code: str | None
    error_message: str | None
    configuration: ProjectConfiguration
    sandbox_provider: SandboxProviderName
    auto_start_sandbox: bool
    revision: int
    event_sequence: int
    attempt: int
    created_at: datetime
    updated_at: datetime
    template_revision: str | None = None
    start_command: str | None = None


@dataclass(frozen=True, slots=True)
class ProjectEventRecord:
    """One change of a project. Sequences of a project have no gaps; the first, 1, is its creation."""

    project_id: ObjectId
    sequence: int
    status: ProjectStatus
    step: InitialisationStep
    message: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ProjectFilter:
    """Which of a user's projects to list; what is None does not narrow. `text` is looked for in names, in any case."""

    status: ProjectStatus | None = None
    template_id: ObjectId | None = None
    text: str | None = None
