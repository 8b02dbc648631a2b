"""Tools are told of the registries that a policy names, and of no others."""

from aura_gql.sandboxes.egress import EgressPolicy
from aura_gql.sandboxes.providers.remote.registries import registry_variables


def test_what_is_named_is_told() -> None:
    assert registry_variables(EgressPolicy()) == {}
    named = EgressPolicy(npm_registry="https://example.com/npm", pip_index="https://example.com/simple")
    assert registry_variables(named) == {
        "npm_config_registry": "https://example.com/npm",
        "PIP_INDEX_URL": "https://example.com/simple",
    }
