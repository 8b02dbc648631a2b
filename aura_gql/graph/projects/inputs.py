"""What clients send about projects."""

import strawberry

from aura_gql.graph.nodes import object_id
from aura_gql.graph.payload import key_description
from aura_gql.graph.projects.enums import PackageManager, ProjectStatus
from aura_gql.graph.sandboxes.enums import SandboxProviderName
from aura_gql.projects.records import NewProject, PackageRequest, ProjectConfiguration, ProjectFilter


@strawberry.input(name="PackageRequestInput", description="A package to add to the project's manifest.")
class PackageInput:
    """A package on the wire."""

    name: str = strawberry.field(description="Its name in the npm registry, e.g. `lodash` or `@types/node`.")
    version: str | None = strawberry.field(
        default=None, description="A version range or a tag, e.g. `^4.17.0`; the latest where left out."
    )
    dev: bool = strawberry.field(default=False, description="Whether it is a development dependency.")

    def to_record(self) -> PackageRequest:
        """The request for the service."""
        return PackageRequest(name=self.name, version=self.version, dev=self.dev)


@strawberry.input(
    name="ProjectConfigurationInput",
    description="How to change the template's files. What can't apply to the template is refused, never ignored.",
)
class ConfigurationInput:
    """A configuration on the wire."""

    typescript: bool | None = strawberry.field(default=None, description="Turn it to TypeScript.")
    eslint: bool | None = strawberry.field(default=None, description="Set up ESLint, with a `lint` script.")
    prettier: bool | None = strawberry.field(default=None, description="Set up Prettier, with a `format` script.")
    tailwindcss: bool | None = strawberry.field(default=None, description="Set up Tailwind CSS.")
    package_manager: PackageManager | None = strawberry.field(
        default=None, description="The package manager that its manifest names."
    )
    additional_dependencies: list[PackageInput] = strawberry.field(
        default_factory=list, description="Packages to add to its manifest, at most 50."
    )

    def to_record(self) -> ProjectConfiguration:
        """The configuration for the service."""
        return ProjectConfiguration(
            typescript=self.typescript,
            eslint=self.eslint,
            prettier=self.prettier,
            tailwindcss=self.tailwindcss,
            package_manager=self.package_manager,
            additional_dependencies=tuple(package.to_record() for package in self.additional_dependencies),
        )


@strawberry.input(description="What to make with `createProject`.")
class CreateProjectInput:
    """A wish for a project."""

    name: str = strawberry.field(
        description="Its name: 2 to 64 letters, digits, spaces, hyphens and underscores. Need not be unique."
    )
    template_id: strawberry.ID = strawberry.field(description="The template to make it from.")
    description: str | None = strawberry.field(default=None, description="What it is, at most 2,000 characters.")
    configuration: ConfigurationInput | None = strawberry.field(
        default=None, description="How to change the template's files; not at all where left out."
    )
    sandbox_provider: SandboxProviderName | None = strawberry.field(
        default=None, description="Who runs its sandboxes; the server's default where left out."
    )
    auto_start_sandbox: bool = strawberry.field(
        default=False, description="Whether to start a sandbox as the last step of its initialisation."
    )
    idempotency_key: str | None = strawberry.field(
        default=None, description=key_description("the first project", "making two")
    )

    def to_record(self) -> NewProject:
        """The wish for the service; InvalidInput on `templateId`."""
        return NewProject(
            name=self.name,
            template_id=object_id(self.template_id, "Template", ("templateId",)),
            description=self.description or "",
            configuration=self.configuration.to_record() if self.configuration else ProjectConfiguration(),
            sandbox_provider=self.sandbox_provider,
            auto_start_sandbox=self.auto_start_sandbox,
        )


@strawberry.input(description="What to change with `updateProject`; what is left out stays.")
class UpdateProjectInput:
    """An edit of a project."""

    project_id: strawberry.ID = strawberry.field(description="The project.")
    name: str | None = strawberry.field(
        default=None, description="The new name: 2 to 64 letters, digits, spaces, hyphens and underscores."
    )
    description: str | None = strawberry.field(default=None, description="The new description; may be empty.")


@strawberry.input(description="Which project to delete with `deleteProject`.")
class DeleteProjectInput:
    """A project to delete."""

    project_id: strawberry.ID = strawberry.field(description="The project.")


@strawberry.input(description="Which project to initialise again with `retryProject`.")
class RetryProjectInput:
    """A project to retry."""

    project_id: strawberry.ID = strawberry.field(description="The project. It must be in ERROR.")


@strawberry.input(name="ProjectFilter", description="Which projects to list; what is left out does not narrow.")
class ProjectFilterInput:
    """A filter on the wire."""

    status: ProjectStatus | None = strawberry.field(default=None, description="Only those of this status.")
    template_id: strawberry.ID | None = strawberry.field(default=None, description="Only those of this template.")
    text: str | None = strawberry.field(default=None, description="Only those whose name contains it, in any case.")

    def to_record(self) -> ProjectFilter:
        """The filter for the service; InvalidInput on `filter.templateId`."""
        template_id = None
        if self.template_id is not None:
            template_id = object_id(self.template_id, "Template", ("filter", "templateId"))
        return ProjectFilter(status=self.status, template_id=template_id, text=self.text)
