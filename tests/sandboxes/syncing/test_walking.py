"""Walking over all of a machine's disk but what is ignored."""

from aura_gql.sandboxes.syncing.ignoring import IgnoreRules
from aura_gql.sandboxes.syncing.walking import walk
from tests.support.sandboxes import SandboxBench
from tests.support.syncing import ran

SCRIPT = (
    "touch b large a.log; mkdir -p full/in node_modules skipped; touch full/in/x node_modules/x skipped/x full/a.log; "
    "ln -s full link; ln -s full dist"
)


async def test_a_walk_finds_what_is_not_ignored(bench: SandboxBench) -> None:
    machine = await ran(bench, (await bench.running()).id, SCRIPT)
    rules = {".gitignore": "large\nskipped/\n*.log\n", "full/.gitignore": "!a.log\n"}

    walked = await walk(machine, IgnoreRules(rules))
    assert [entry.path for entry in walked.found] == ["b", "link", "full/a.log", "full/in/x"]
    assert walked.skipped == []

    tired = await walk(machine, IgnoreRules(rules, budget_s=0))
    assert len(tired.found) == 7
    assert [each.reason for each in tired.skipped] == [
        "The rules of `.gitignore` take too long; not all were followed."
    ]
