import json

import pytest

from aura_gql.projects.configuration import versions
from aura_gql.projects.configuration.package_manager import in_terms_of
from aura_gql.projects.errors import OptionNotApplicable
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
def test_lock_files_of_others_go(manager: PackageManager) -> None:
    locks = {"package-lock.json": b"{}", "pnpm-lock.yaml": b"", "yarn.lock": b"", "bun.lock": b""}
    files = configured({**starter("express"), **locks}, ProjectConfiguration(package_manager=manager))
    assert len(locks.keys() & files.keys()) == 1


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
        ("npm install --global x", "npm install --global x"),
        ("npm install gsap @a/b", "yarn add gsap @a/b"),
        ("`npm install`, then `npm run a`", "`yarn install`, then `yarn run a`"),
        ("npmjs.com and npm", "npmjs.com and npm"),
    ],
)
def test_only_everyday_commands_are_translated(text: str, expected: str) -> None:
    assert in_terms_of(PackageManager.YARN, text) == expected
    assert in_terms_of(PackageManager.NPM, text) == text


def test_texts_of_other_packages_are_left_alone() -> None:
    files = {"package.json": b"{}", "lessons/meta.md": b"npm install", "readme.md": b"npm install"}
    after = configured(files, ProjectConfiguration(package_manager=PackageManager.BUN))
    assert (after["lessons/meta.md"], after["readme.md"]) == ("npm install", "bun install")


def test_a_version_that_is_pinned_stays() -> None:
    files = {"package.json": b'{"packageManager": "pnpm@9.0.0"}'}
    for manager, pinned in ((PackageManager.PNPM, "pnpm@9.0.0"), (PackageManager.NPM, PINS[PackageManager.NPM])):
        after = configured(files, ProjectConfiguration(package_manager=manager))
        assert manifest_of(after)["packageManager"] == pinned


def test_pnpm_is_told_where_the_packages_of_a_workspace_are() -> None:
    files = {"package.json": json.dumps({"workspaces": {"packages": ["packages/*", "app"]}}).encode()}
    after = configured(files, ProjectConfiguration(package_manager=PackageManager.PNPM))
    assert after["pnpm-workspace.yaml"] == "packages:\n  - 'packages/*'\n  - 'app'\n"
    assert "pnpm-workspace.yaml" not in configured(files, ProjectConfiguration(package_manager=PackageManager.YARN))


@pytest.mark.parametrize(
    ("files", "manager"),
    [
        ({"package.json": b"{}", "pnpm-workspace.yaml": b"packages: [a]"}, PackageManager.NPM),
        ({"package.json": b'{"workspaces": ["a\'\\n- b"]}'}, PackageManager.PNPM),
        ({"package.json": b'{"workspaces": 1}'}, PackageManager.PNPM),
    ],
)
def test_a_workspace_that_a_manager_would_not_find_is_not_broken(
    files: dict[str, bytes], manager: PackageManager
) -> None:
    with pytest.raises(OptionNotApplicable, match="the packages of its workspace"):
        configured(files, ProjectConfiguration(package_manager=manager))
