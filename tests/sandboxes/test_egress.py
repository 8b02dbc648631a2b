"""What an allow-list allows."""

from aura_gql.kernel.host_rules import HostRule
from aura_gql.sandboxes.egress import EgressPolicy


def test_allows_what_it_names() -> None:
    policy = EgressPolicy((HostRule("*.example.com"),), (HostRule("registry.lan", 4873),))
    assert policy.allows("a.example.com", 443)
    assert policy.allows("registry.lan", 4873)
    assert not policy.allows("registry.lan", 443)
    assert not policy.allows("example.net", 443)


def test_private_addresses_are_for_those_named_so() -> None:
    policy = EgressPolicy((HostRule("a.example"),), (HostRule("registry.lan", 4873),))
    assert policy.allows_private("registry.lan", 4873)
    assert not policy.allows_private("registry.lan", 80)
    assert not policy.allows_private("a.example", 443)


def test_allows_nothing_by_itself() -> None:
    assert not EgressPolicy().allows("a.example", 443)
