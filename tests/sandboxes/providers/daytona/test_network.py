"""What a machine may reach, in the vendor's words."""

import pytest

from aura_gql.kernel.host_rules import HostRule
from aura_gql.sandboxes.egress import EgressPolicy
from aura_gql.sandboxes.providers.daytona.network import network_of

HOSTS = (HostRule("example.com"), HostRule("example.com", 8443), HostRule("*.example.org"))


@pytest.mark.parametrize(
    "policy", [None, EgressPolicy(), EgressPolicy(private_hosts=(HostRule("10.0.0.1", 4873),), npm_registry="x")]
)
def test_what_names_no_host_of_the_internet_reaches_nothing(policy: EgressPolicy | None) -> None:
    assert network_of(policy) == {"network_block_all": True}


def test_hosts_are_named_once_and_without_ports() -> None:
    allowed = {"domain_allow_list": "example.com,*.example.org"}
    assert network_of(EgressPolicy(hosts=HOSTS)) == {**allowed, "env_vars": {}}
    told = EgressPolicy(hosts=HOSTS, npm_registry="https://example.com/npm", pip_index="https://example.com/pip")
    assert network_of(told) == {
        **allowed,
        "env_vars": {"npm_config_registry": "https://example.com/npm", "PIP_INDEX_URL": "https://example.com/pip"},
    }
