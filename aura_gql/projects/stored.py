"""How a project's parts are stored, and raw documents as records."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.projects.records import (
    InitialisationStep,
    PackageManager,
    PackageRequest,
    ProjectConfiguration,
    ProjectEventRecord,
    ProjectRecord,
    ProjectStatus,
)


class PackageModel(BaseModel):
    """A package to add, as stored."""

    name: str
    version: str | None = None
    dev: bool = False


class ConfigurationModel(BaseModel):
    """A project's configuration, as stored."""

    typescript: bool | None = None
    eslint: bool | None = None
    prettier: bool | None = None
    tailwindcss: bool | None = None
    package_manager: PackageManager | None = None
    additional_dependencies: list[PackageModel] = Field(default_factory=list)


class EventModel(BaseModel):
    """One of the latest changes, as stored."""

    sequence: int
    status: ProjectStatus
    step: InitialisationStep
    message: str
    at: datetime


def to_stored(configuration: ProjectConfiguration) -> ConfigurationModel:
    """A configuration as it is stored."""
    return ConfigurationModel(
        typescript=configuration.typescript,
        eslint=configuration.eslint,
        prettier=configuration.prettier,
        tailwindcss=configuration.tailwindcss,
        package_manager=configuration.package_manager,
        additional_dependencies=[
            PackageModel(name=package.name, version=package.version, dev=package.dev)
            for package in configuration.additional_dependencies
        ],
    )


def to_events(document: Mapping[str, Any]) -> list[ProjectEventRecord]:
    """The events kept in a raw document."""
    return [
        ProjectEventRecord(
            project_id=document["_id"],
            sequence=event["sequence"],
            status=ProjectStatus(event["status"]),
            step=InitialisationStep(event["step"]),
            message=event["message"],
            at=event["at"],
        )
        for event in document["events"]
    ]


def to_record(document: Mapping[str, Any]) -> ProjectRecord:
    """A raw document as a record."""
    return ProjectRecord(
        id=document["_id"],
        user_id=document["user_id"],
        name=document["name"],
        description=document["description"],
        template_id=document["template_id"],
        status=ProjectStatus(document["status"]),
        step=InitialisationStep(document["step"]),
        error_code=document["error_code"],
        error_message=document["error_message"],
        configuration=_to_configuration(document["configuration"]),
        sandbox_provider=SandboxProviderName(document["sandbox_provider"]),
        auto_start_sandbox=document["auto_start_sandbox"],
        revision=document["revision"],
        event_sequence=document["event_sequence"],
        attempt=document["attempt"],
        created_at=document["created_at"],
        updated_at=document["updated_at"],
        template_revision=document.get("template_revision"),
        start_command=document.get("start_command"),
    )


def _to_configuration(stored: Mapping[str, Any]) -> ProjectConfiguration:
    manager = stored["package_manager"]
    return ProjectConfiguration(
        typescript=stored["typescript"],
        eslint=stored["eslint"],
        prettier=stored["prettier"],
        tailwindcss=stored["tailwindcss"],
        package_manager=None if manager is None else PackageManager(manager),
        additional_dependencies=tuple(
            PackageRequest(package["name"], package["version"], package["dev"])
            for package in stored["additional_dependencies"]
        ),
    )
