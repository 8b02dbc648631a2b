"""Running a Node program that became TypeScript."""

import re
from collections.abc import Mapping

from aura_gql.projects.configuration.manifest import MANIFEST, Manifest
from aura_gql.projects.configuration.references import with_entries
from aura_gql.projects.configuration.refusal import refuse
from aura_gql.projects.configuration.workspace import Workspace

# Node 20 looks for JavaScript alone when no test is named, and takes no patterns.
_TESTS = "$(find . -name '*.test.ts' -not -path '*/node_modules/*')"
_RUNNERS = ("node", "nodemon", "tsx", "echo")
_COMMAND = re.compile(r"&&|\|\||[;|&]")
_ENTRIES = ("index.ts", "server.ts", "app.ts", "main.ts", "index.mts")
_STARTING = ("dev", "develop", "start", "serve")


def run_with_tsx(workspace: Workspace, manifest: Manifest, renames: Mapping[str, str]) -> None:
    """Have the scripts run the new files: Node can't before version 22.18; tsx can, and takes node's own options.

    OptionNotApplicable where a script gives one of the files to a program that takes JavaScript alone.
    """
    for name, script in manifest.scripts.items():
        _check_runner(name, script, renames)
        command = re.sub(r"\bnode --watch\b", "tsx watch", str(with_entries(script, renames)))
        command = re.sub(r"\bnode(?= )", "tsx", command)
        manifest.set_script(name, re.sub(r"--test$", f"--test {_TESTS}", command))
    if manifest.has("nodemon"):
        # It would look for ts-node.
        _have_nodemon_run_tsx(manifest)
    _tell_how_to_run(workspace, renames)
    entry = next((entry for entry in _ENTRIES if entry in renames.values()), None)
    if entry and not any(name in manifest.scripts for name in _STARTING):
        manifest.add_script("start", f"tsx {entry}")


def _check_runner(name: str, script: str, renames: Mapping[str, str]) -> None:
    for command in _COMMAND.split(script):
        program = next((word for word in command.split() if "=" not in word), "")
        if program not in _RUNNERS and with_entries(command, renames) != command:
            raise refuse("typescript", f"its script `{name[:60]}` gives JavaScript to {program[:60]}")


def _have_nodemon_run_tsx(manifest: Manifest) -> None:
    settings = manifest.get("nodemonConfig")
    settings = settings if isinstance(settings, dict) else {}
    programs = settings.get("execMap")
    manifest.set(
        "nodemonConfig", {**settings, "execMap": {**(programs if isinstance(programs, dict) else {}), "ts": "tsx"}}
    )


def _tell_how_to_run(workspace: Workspace, renames: Mapping[str, str]) -> None:
    """Where comments and the README say `node index.js`."""
    if not renames:
        return
    names = "|".join(map(re.escape, sorted(renames, key=len, reverse=True)))
    saying = re.compile(rf"\bnode (?=(?:{names})(?!\.?[\w-]))")
    for path in workspace.texts():
        if path in renames or (path.endswith(".md") and path != MANIFEST):
            workspace.write(path, saying.sub("npx tsx ", workspace.read(path) or ""))
