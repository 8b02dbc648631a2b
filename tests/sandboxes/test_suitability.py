"""What a program needs against what a provider has."""

import pytest

from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.records import MachineNeeds, ProviderRecord
from aura_gql.sandboxes.suitability import judge
from aura_gql.sandboxes.values import Capabilities
from tests.support.sandboxes import SandboxBench

LOCAL = SandboxProviderName.LOCAL
BARE = Capabilities(stdin=True, signals=True, network=False)
CONNECTED = Capabilities(stdin=True, signals=True, network=True)
NODE = MachineNeeds(("node", "npm"))
VITE = MachineNeeds(("node", "npm"), network=True)
ALL = {"node": True, "npm": True}


@pytest.mark.parametrize(
    ("capabilities", "needs", "tools", "reason"),
    [
        (BARE, MachineNeeds(), {}, None),
        (BARE, NODE, ALL, None),
        (CONNECTED, VITE, ALL, None),
        (BARE, VITE, ALL, "network"),
        (CONNECTED, VITE, {"node": False, "npm": False}, "lack `node` and `npm`"),
        (CONNECTED, VITE, {"node": True}, "try again later"),
        (BARE, VITE, {"node": True}, "network"),
        (BARE, VITE, {"npm": False}, "lack `npm`"),
    ],
)
def test_a_provider_is_judged(
    capabilities: Capabilities, needs: MachineNeeds, tools: dict[str, bool], reason: str | None
) -> None:
    found = judge(ProviderRecord(LOCAL, True, "By namespaces.", capabilities), needs, tools)
    assert (found.provider, found.is_suitable) == (LOCAL, reason is None)
    assert (reason or "") in (found.reason or "")


@pytest.mark.parametrize("capabilities", [None, CONNECTED])
def test_one_that_is_away_says_why(capabilities: Capabilities | None) -> None:
    found = judge(ProviderRecord(LOCAL, False, "It is not here.", capabilities), NODE, ALL)
    assert (found.is_suitable, found.reason) == (False, "It is not here.")


async def test_every_provider_is_asked(bench: SandboxBench) -> None:
    shell, odd = await bench.sandboxes.suitability.of([MachineNeeds(("bash", "sh")), MachineNeeds(("no-such-tool",))])
    assert [each.provider for each in shell] == list(SandboxProviderName)
    assert [each.is_suitable for each in shell] == [True, False, False]
    assert [each.reason for each in odd] == [
        "Its sandboxes lack `no-such-tool`.",
        *["It is not configured on this server."] * 2,
    ]
    assert await bench.provider.list() == []
