"""The projects room's enums, described for the schema."""

from aura_gql.graph.enums import publish_enum
from aura_gql.projects.records import InitialisationStep, PackageManager, ProjectStatus

__all__ = ["InitialisationStep", "PackageManager", "ProjectStatus"]

publish_enum(
    ProjectStatus,
    "Whether a project can be worked with.",
    {
        ProjectStatus.INITIALIZING: "Its files are being made; `projectChanged` tells when it is ready.",
        ProjectStatus.READY: "Its files can be edited and run.",
        ProjectStatus.ERROR: "Its initialisation failed: `errorMessage` says why, `retryProject` tries again.",
        ProjectStatus.DELETING: "It is being deleted. Only events carry this value.",
    },
)
publish_enum(
    InitialisationStep,
    "How far the initialisation of a project has come.",
    {
        InitialisationStep.QUEUED: "It waits for its turn.",
        InitialisationStep.COPYING_FILES: "The template's files are read.",
        InitialisationStep.CONFIGURING: "The configuration is applied to them.",
        InitialisationStep.STORING_FILES: "They are stored as the project's files.",
        InitialisationStep.STARTING_SANDBOX: "The sandbox that was asked for starts.",
        InitialisationStep.DONE: "Everything is in place.",
    },
)
publish_enum(
    PackageManager,
    "A program that installs npm packages.",
    {
        PackageManager.NPM: "npm.",
        PackageManager.PNPM: "pnpm.",
        PackageManager.YARN: "Yarn.",
        PackageManager.BUN: "Bun.",
    },
)
