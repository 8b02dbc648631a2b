"""Every option on a small project of every sort, and on the real starters where they are."""

import itertools
from collections.abc import Mapping

import pytest

from aura_gql.projects.configuration.kind import StarterKind, kind_of
from aura_gql.projects.configuration.workspace import Workspace
from aura_gql.projects.errors import OptionNotApplicable
from aura_gql.projects.records import PackageManager, PackageRequest, ProjectConfiguration
from tests.support.configured_files import check_applied
from tests.support.github.snapshot import SNAPSHOT_STARTERS, needs_snapshot
from tests.support.starter_facts import snapshot_files
from tests.support.starter_kinds import PROJECTS

SINGLE = [
    ProjectConfiguration(typescript=True),
    ProjectConfiguration(eslint=True),
    ProjectConfiguration(prettier=True),
    ProjectConfiguration(tailwindcss=True),
    *(ProjectConfiguration(package_manager=manager) for manager in PackageManager),
    ProjectConfiguration(additional_dependencies=(PackageRequest("zod", "^4.0.0"), PackageRequest("@a/b", dev=True))),
]


def refused(files: Mapping[str, bytes], configuration: ProjectConfiguration) -> str | None:
    """Why it can't be applied; None where it was, and soundly."""
    try:
        check_applied(files, configuration)
    except OptionNotApplicable as error:
        return error.message
    return None


def refused_flags(files: Mapping[str, bytes]) -> list[bool]:
    return [refused(files, configuration) is not None for configuration in SINGLE[:4]]


def combinations(refusals: list[bool]) -> list[ProjectConfiguration]:
    """All choices among the first four options that can each be applied, with a package manager."""
    choices = itertools.product(*((False,) if is_refused else (False, True) for is_refused in refusals))
    return [
        ProjectConfiguration(typescript, eslint, prettier, tailwind, PackageManager.PNPM)
        for typescript, eslint, prettier, tailwind in choices
    ]


def test_there_is_a_project_of_every_kind() -> None:
    assert {kind: kind_of(Workspace(files)) for kind, files in PROJECTS.items()} == {kind: kind for kind in StarterKind}


@pytest.mark.parametrize("kind", StarterKind, ids=lambda kind: kind.name)
def test_what_can_be_applied_leaves_sound_files(kind: StarterKind) -> None:
    for configuration in SINGLE:
        message = refused(PROJECTS[kind], configuration)
        assert message is None or "can't be applied because" in message


@pytest.mark.parametrize("kind", StarterKind, ids=lambda kind: kind.name)
def test_options_that_go_alone_go_together(kind: StarterKind) -> None:
    if "package.json" in PROJECTS[kind] and kind is not StarterKind.UNREADABLE:
        for configuration in combinations(refused_flags(PROJECTS[kind])):
            check_applied(PROJECTS[kind], configuration)


@needs_snapshot
def test_every_option_on_every_real_starter() -> None:
    outcomes = {}
    for slug, starter in snapshot_files().items():
        files = {path: file.data or b"" for path, file in starter.items()}
        refusals = [refused(files, configuration) is not None for configuration in SINGLE]
        outcomes[slug] = "".join("-" if is_refused else "+" for is_refused in refusals)
        if "package.json" in files:
            for configuration in combinations(refusals[:4])[1:][-1:]:
                check_applied(files, configuration)
    assert len(outcomes) == SNAPSHOT_STARTERS
    assert {slug for slug, marks in outcomes.items() if marks[2] == "-"} == {"web-platform"}
    assert {slug for slug, marks in outcomes.items() if marks[4:] != "+" * 5} == {"web-platform"}
