"""What starts a project after its options were applied."""

from collections.abc import Iterable, Mapping

from aura_gql.projects.configuration.workspace import FileChanges
from aura_gql.projects.records import ProjectConfiguration
from aura_gql.templates.inference.records import StarterFile
from aura_gql.templates.inference.start import start_command_of


def start_command_after(
    configuration: ProjectConfiguration, texts: Mapping[str, bytes], paths: Iterable[str], changes: FileChanges
) -> str | None:
    """The command that starts the files that are at `paths` after the changes, in the words of their package manager.

    None where the template's own command still holds: only TypeScript and another package manager change what starts
    it. `texts` are those of before.
    """
    if not (configuration.typescript or configuration.package_manager) or changes == FileChanges():
        return None
    after = {**texts, **changes.written}
    return start_command_of({path: StarterFile(len(after.get(path, b"")), data=after.get(path)) for path in paths})
