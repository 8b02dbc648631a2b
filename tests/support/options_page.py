"""The page that says what each option does to each sort of project, and to each real starter.

`python -m tests.support.options_page > docs/template-options.md` writes it; the second table anew only where the
snapshot of the starters is.
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from aura_gql.projects.configurable import MAX_CONFIGURABLE_SIZE
from aura_gql.projects.configuration.kind import StarterKind, kind_of
from aura_gql.projects.configuration.options import OPTIONS, options_of
from aura_gql.projects.configuration.workspace import Workspace
from tests.support.github.snapshot import snapshot
from tests.support.starter_facts import snapshot_files
from tests.support.starter_kinds import PROJECTS

PAGE: Final = Path(__file__).parents[2] / "docs" / "template-options.md"

_INTRODUCTION = """# Options of templates

`createProject` takes a `configuration`: what to change in the template's files before they become the project's. What
an option would do is known before anyone chooses it: `Template.options` names each with `isApplicable`, `isSatisfied`
(the template has it already, and choosing it changes nothing) and, where it can't be chosen, the `reason`.
`createProject` refuses the same ones for the same reasons, with `INVALID_INPUT` on the field; it never ignores one.

Options that go alone go together. A second time changes nothing. Files of another `package.json` below the project's
own are left alone, and so are texts of more than 256 KiB and whatever is no text. Lock files stay, but those of other
package managers than a chosen one: `npm install` brings them in line with the changed `package.json` (`npm ci` wants
that done first). A script that is there is never replaced: `lint` is `lint:eslint` where the template has another.
`Project.startCommand` says what starts the project with what was chosen.

In the tables **yes** is for what is set up, **there** for what the template has, **-** for what no such project has a
place for; else they say why not.

## By what builds a project

A small project of each sort, with nothing in it that the sort doesn't need. In a real one the files decide, too: a
script that hands JavaScript to a program which takes nothing else keeps it from becoming TypeScript, a build
configuration in a shape that nobody knows keeps a plugin out of it.

"""
_STARTERS = "\n## The StackBlitz starters\n\n"


def page() -> str:
    """The text of the page; its second table is the one that is there where the snapshot is not."""
    kinds = {kind.value: PROJECTS[kind] for kind in StarterKind}
    return _INTRODUCTION + "".join(_table("project", kinds)) + _STARTERS + starters_table()


def starters_table() -> str:
    """What is known of the real starters."""
    if snapshot() is None:
        return PAGE.read_text().partition(_STARTERS)[2]
    starters = {
        slug: {path: file.data or b"" for path, file in files.items()}
        for slug, files in sorted(snapshot_files().items())
    }
    return "".join(_table("starter", starters))


def _table(what: str, projects: Mapping[str, Mapping[str, bytes]]) -> Iterator[str]:
    yield f"| {what} | {' | '.join(f'`{option}`' for option in OPTIONS)} |\n"
    yield "| --- |" + " --- |" * len(OPTIONS) + "\n"
    for name, files in projects.items():
        small = {path: data for path, data in files.items() if len(data) <= MAX_CONFIGURABLE_SIZE}
        known = f"the template is {kind_of(Workspace(small, files))}"
        cells = [
            "there" if outcome.is_satisfied else (outcome.reason or "yes").removeprefix(known).removeprefix(": ") or "-"
            for outcome in options_of(small, paths=files)
        ]
        yield f"| {name} | {' | '.join(cells)} |\n"


if __name__ == "__main__":
    sys.stdout.write(page())
