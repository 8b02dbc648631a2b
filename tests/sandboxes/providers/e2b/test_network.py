"""What a machine of E2B may reach is what its policy names."""

import pytest

from aura_gql.kernel.host_rules import HostRule
from aura_gql.sandboxes.egress import EgressPolicy
from aura_gql.sandboxes.providers.e2b.network import network_of

CLOSED = {"allow_internet_access": False, "network": {"allow_public_traffic": False}}


@pytest.mark.parametrize("policy", [None, EgressPolicy(), EgressPolicy(private_hosts=(HostRule("db.internal"),))])
def test_nothing_is_reached_unless_a_host_is_named(policy: EgressPolicy | None) -> None:
    assert network_of(policy) == CLOSED


def test_hosts_are_named_once_and_all_else_is_denied() -> None:
    hosts = (HostRule("example.com"), HostRule("*.example.org"), HostRule("example.com", 8080))
    policy = EgressPolicy(hosts, npm_registry="https://example.com/npm", pip_index=None)
    assert network_of(policy) == {
        "network": {
            "allow_out": ["example.com", "*.example.org"],
            "deny_out": ["0.0.0.0/0"],
            "allow_public_traffic": False,
        },
        "envs": {"npm_config_registry": "https://example.com/npm"},
    }
