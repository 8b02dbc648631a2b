"""Contracts whose tests share a machine, where making one takes longer than a test: mix in before the contract."""

import secrets
from collections.abc import AsyncIterator

import pytest_asyncio

from aura_gql.sandboxes.errors import SandboxGone
from aura_gql.sandboxes.ports import Sandbox, SandboxProvider
from aura_gql.sandboxes.values import SandboxSpec
from tests.sandboxes.provider_contract import ContractFixtures
from tests.support.processes import shell

# Ends all but itself and those that it descends from: behind the keeper that is its parent comes the supervisor, whose
# other keepers end as their commands do. Then it empties the project folder.
CLEAR = """
parent() { read -r _ _ _ found _ < "/proc/$1/stat"; }
parent $$; parent "$found"; supervisor=$found; kept=" $$ "; found=$$
while [ "$found" -gt 1 ]; do parent "$found"; kept="$kept$found "; done
ps -eo pid=,ppid= | while read -r pid ppid; do
    case "$kept" in *" $pid "*) continue;; esac
    [ "$ppid" = "$supervisor" ] || [ "$ppid" = $$ ] || kill -9 "$pid" 2>/dev/null
done
chmod -R u+rwx . && find . -mindepth 1 -delete
"""


class OneMachine(ContractFixtures):
    """All tests of a module find the same machine, empty and idle; another one where a test has ended it."""

    @pytest_asyncio.fixture(loop_scope="module")
    async def sandbox(  # type: ignore[override]
        self, provider: SandboxProvider, machines: list[Sandbox]
    ) -> AsyncIterator[Sandbox]:
        """As the contract wants it."""
        try:
            for sandbox in machines:
                assert (await shell(sandbox, CLEAR)).status.exit_code == 0
        except SandboxGone:
            machines.clear()
        if not machines:
            machines.append(await provider.create(SandboxSpec(f"contract-{secrets.token_hex(4)}", "project")))
        yield machines[0]
