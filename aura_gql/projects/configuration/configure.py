"""Applying a whole configuration."""

from collections.abc import Callable, Iterable, Mapping

from aura_gql.projects.configuration.dependencies import add_dependencies
from aura_gql.projects.configuration.eslint import add_eslint
from aura_gql.projects.configuration.kind import StarterKind, kind_of
from aura_gql.projects.configuration.manifest import Manifest
from aura_gql.projects.configuration.package_manager import use_package_manager
from aura_gql.projects.configuration.prettier import add_prettier
from aura_gql.projects.configuration.refusal import refuse
from aura_gql.projects.configuration.tailwind import add_tailwind
from aura_gql.projects.configuration.typescript import add_typescript
from aura_gql.projects.configuration.workspace import FileChanges, Workspace
from aura_gql.projects.records import ProjectConfiguration

_Apply = Callable[[Workspace, Manifest, StarterKind], None]


def configure(
    configuration: ProjectConfiguration, files: Mapping[str, bytes], *, paths: Iterable[str] = ()
) -> FileChanges:
    """What the configuration changes in a template's `files`; `paths` names those that exist but are not given.

    An option that the files satisfy already changes nothing. Lock files stay, but those of other package managers than
    a chosen one: an installation brings them in line, and what was locked goes on working together, where the newest
    versions that old ranges allow often don't. OptionNotApplicable for the first that can't be applied.
    """
    workspace = Workspace(files, paths)
    kind = kind_of(workspace)
    for option, apply in _wanted(configuration):
        manifest = Manifest.of(workspace)
        if manifest is None:
            raise refuse(option, f"the template is {kind}")
        apply(workspace, manifest, kind)
        manifest.save(workspace)
    return workspace.changes()


def named_options(configuration: ProjectConfiguration) -> list[str]:
    """The options that it asks for, in the order in which they are applied."""
    return [option for option, _ in _wanted(configuration)]


def _wanted(configuration: ProjectConfiguration) -> list[tuple[str, _Apply]]:
    wanted: list[tuple[str, _Apply]] = []
    if configuration.typescript:
        wanted.append(("typescript", add_typescript))
    if configuration.eslint:
        wanted.append(("eslint", add_eslint))
    if configuration.prettier:
        wanted.append(("prettier", add_prettier))
    if configuration.tailwindcss:
        wanted.append(("tailwindcss", add_tailwind))
    if manager := configuration.package_manager:
        wanted.append(
            ("packageManager", lambda workspace, manifest, _: use_package_manager(workspace, manifest, manager))
        )
    if packages := configuration.additional_dependencies:
        wanted.append(("additionalDependencies", lambda _, manifest, __: add_dependencies(manifest, packages)))
    return wanted
