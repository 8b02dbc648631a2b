import itertools

import pytest

from aura_gql.projects.configuration.configure import configure
from aura_gql.projects.configuration.workspace import FileChanges
from aura_gql.projects.errors import OptionNotApplicable
from aura_gql.projects.records import PackageManager, PackageRequest, ProjectConfiguration
from tests.projects.configuration.starters import configured, manifest_of, starter


def test_nothing_asked_for_changes_nothing() -> None:
    assert configure(ProjectConfiguration(), starter("vite-react")) == FileChanges()
    off = ProjectConfiguration(typescript=False, eslint=False, prettier=False, tailwindcss=False)
    assert configure(off, starter("python-script")) == FileChanges()


@pytest.mark.parametrize("slug", ["vite-react", "vite-vue", "vite-svelte", "vite-vanilla"])
def test_options_go_together_in_every_combination(slug: str) -> None:
    for typescript, eslint, prettier, tailwind in itertools.product((False, True), repeat=4):
        files = configured(starter(slug), ProjectConfiguration(typescript, eslint, prettier, tailwind))
        assert ("tsconfig.json" in files) == typescript
        assert ("eslint.config.js" in files) == eslint
        assert (".prettierrc.json" in files) == prettier
        assert ("tailwindcss" in files["src/style.css"]) == tailwind


@pytest.mark.parametrize(
    ("configuration", "option"),
    [
        (ProjectConfiguration(typescript=True), "typescript"),
        (ProjectConfiguration(eslint=True), "eslint"),
        (ProjectConfiguration(prettier=True), "prettier"),
        (ProjectConfiguration(tailwindcss=True), "tailwindcss"),
        (ProjectConfiguration(package_manager=PackageManager.BUN), "packageManager"),
        (ProjectConfiguration(additional_dependencies=(PackageRequest("a"),)), "additionalDependencies"),
    ],
)
@pytest.mark.parametrize("slug", ["python-script", "static-page"])
def test_each_is_refused_by_name_without_a_manifest(
    slug: str, configuration: ProjectConfiguration, option: str
) -> None:
    with pytest.raises(OptionNotApplicable, match=f"`{option}`") as caught:
        configure(configuration, starter(slug))
    assert caught.value.field == ("configuration", option)


def test_what_was_locked_goes_on_working_together() -> None:
    wanted = ProjectConfiguration(eslint=True, additional_dependencies=(PackageRequest("zod"),))
    changes = configure(wanted, starter("express"), paths=["package-lock.json", "public/photo.png"])
    assert changes.removed == set()
    assert "package-lock.json" not in changes.written


def test_a_lock_that_still_holds_stays() -> None:
    before = starter("typescript-node")
    assert configure(ProjectConfiguration(typescript=True), before, paths=["package-lock.json"]) == FileChanges()


def test_names_of_packages_that_are_there_keep_their_place() -> None:
    everything = ProjectConfiguration(typescript=True, eslint=True, prettier=True, tailwindcss=True)
    manifest = manifest_of(configured(starter("vite-react"), everything))
    assert list(manifest["devDependencies"]) == sorted(manifest["devDependencies"])
    assert list(manifest)[:5] == ["name", "version", "private", "type", "scripts"]
