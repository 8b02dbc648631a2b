"""Manifests that strangers wrote: whatever stands in them, an option is applied or refused."""

import json
import random
from collections.abc import Mapping

import pytest

from aura_gql.projects.configuration.configure import configure
from aura_gql.projects.configuration.kind import StarterKind
from aura_gql.projects.errors import OptionNotApplicable
from aura_gql.projects.records import PackageManager, PackageRequest, ProjectConfiguration
from tests.support.starter_kinds import PROJECTS

ODD: tuple[object, ...] = (
    None,
    1,
    True,
    "",
    [],
    {},
    "x" * 500,
    {"a": 1},
    [1, None, "./index.js"],
    {"b": {"c": "./index.js"}},
    "\ud800",
)
FIELDS = ("scripts", "dependencies", "devDependencies", "main", "exports", "type", "nodemonConfig", "workspaces")
NAMES = ("dev", "start", "react", "next", "vite", "svelte", "nodemon", "execMap", "packages", "a/b")
TEXTS = (b"", b"\xff", b"{", b"export default defineConfig({", b"export default {\r\n  plugins: [a()],\r\n};\r\n")


def odd_project(dice: random.Random) -> dict[str, bytes]:
    """One of the small projects, with a few of its fields and files replaced."""
    readable = [files for kind, files in PROJECTS.items() if kind is not StarterKind.UNREADABLE]
    files = dict(dice.choice([files for files in readable if "package.json" in files]))
    manifest = json.loads(files["package.json"])
    for field in dice.sample(FIELDS, 3):
        present = manifest.get(field)
        inside = isinstance(present, dict) and dice.random() < 0.6
        manifest[field] = {**present, dice.choice(NAMES): dice.choice(ODD)} if inside else dice.choice(ODD)
    replaced = {path: dice.choice(TEXTS) for path in files if dice.random() < 0.1}
    return {**files, **replaced, "package.json": json.dumps(manifest).encode()}


def applied(files: Mapping[str, bytes], configuration: ProjectConfiguration) -> dict[str, bytes]:
    changes = configure(configuration, files)
    return {path: data for path, data in files.items() if path not in changes.removed} | dict(changes.written)


@pytest.mark.parametrize("seed", range(4))
def test_an_option_is_applied_or_refused(seed: int) -> None:
    dice = random.Random(seed)
    done = 0
    for _ in range(60):
        files = odd_project(dice)
        typescript, eslint, prettier, tailwind = (dice.random() < 0.5 for _ in range(4))
        manager = dice.choice([None, *PackageManager])
        more = (PackageRequest("zod"),)
        configuration = ProjectConfiguration(typescript, eslint, prettier, tailwind, manager, more)
        try:
            after = applied(files, configuration)
        except OptionNotApplicable:
            continue
        json.loads(after["package.json"])
        assert applied(after, configuration) == after
        done += 1
    assert done > 10
