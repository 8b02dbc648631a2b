import pytest

from aura_gql.projects.configuration import versions
from aura_gql.projects.configuration.package_manager import in_terms_of
from aura_gql.projects.records import PackageManager, ProjectConfiguration
from tests.projects.configuration.starters import configured, manifest_of, starter

PINS = {
    PackageManager.NPM: f"npm@{versions.NPM}",
    PackageManager.PNPM: f"pnpm@{versions.PNPM}",
    PackageManager.YARN: f"yarn@{versions.YARN}",
    PackageManager.BUN: f"bun@{versions.BUN}",
}


@pytest.mark.parametrize("manager", PackageManager)
def test_it_is_pinned_and_the_readme_calls_it(manager: PackageManager) -> None:
    before = starter("express")
    files = configured(before, ProjectConfiguration(package_manager=manager))
    program = manager.value.lower()
    assert manifest_of(files)["packageManager"] == PINS[manager]
    assert f"{program} install\n{program} run dev" in files["README.md"]
    assert (".yarnrc.yml" in files) == (manager is PackageManager.YARN)


@pytest.mark.parametrize("manager", PackageManager)
def test_lock_files_that_would_be_stale_go(manager: PackageManager) -> None:
    locks = {"package-lock.json": b"{}", "pnpm-lock.yaml": b"", "yarn.lock": b"", "bun.lockb": b"\xff"}
    files = configured({**starter("express"), **locks}, ProjectConfiguration(package_manager=manager))
    assert locks.keys() & files.keys() == set()


def test_scripts_that_call_npm_call_the_manager() -> None:
    files = {"package.json": b'{"scripts": {"all": "npm run a && npm test", "a": "node a.js"}}'}
    scripts = manifest_of(configured(files, ProjectConfiguration(package_manager=PackageManager.PNPM)))["scripts"]
    assert scripts == {"all": "pnpm run a && pnpm run test", "a": "node a.js"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("npm ci", "yarn install"),
        ("`npm start`", "`yarn run start`"),
        ("npm run dev -- --port 1", "yarn run dev -- --port 1"),
        ("pnpm install", "pnpm install"),
        ("npm install -g x", "npm install -g x"),
        ("npmjs.com and npm", "npmjs.com and npm"),
    ],
)
def test_only_everyday_commands_are_translated(text: str, expected: str) -> None:
    assert in_terms_of(PackageManager.YARN, text) == expected
    assert in_terms_of(PackageManager.NPM, text) == text
