import pytest

from aura_gql.projects.configuration.configure import configure
from aura_gql.projects.configuration.start import start_command_after
from aura_gql.projects.records import PackageManager, ProjectConfiguration
from tests.projects.configuration.starters import starter


def command(slug: str, configuration: ProjectConfiguration) -> str | None:
    texts = starter(slug)
    changes = configure(configuration, texts)
    paths = (texts.keys() - changes.removed) | changes.written.keys()
    return start_command_after(configuration, texts, paths, changes)


@pytest.mark.parametrize(
    ("slug", "configuration", "expected"),
    [
        ("node-script", ProjectConfiguration(typescript=True), "npm install && npm run dev"),
        ("express", ProjectConfiguration(package_manager=PackageManager.PNPM), "pnpm install && pnpm run dev"),
        ("vite-vue", ProjectConfiguration(True, package_manager=PackageManager.BUN), "bun install && bun run dev"),
        ("node-script", ProjectConfiguration(eslint=True, prettier=True), None),
        ("typescript-node", ProjectConfiguration(typescript=True), None),
    ],
)
def test_only_what_changes_it_changes_it(slug: str, configuration: ProjectConfiguration, expected: str | None) -> None:
    assert command(slug, configuration) == expected
