"""Where the tools in a vendor's machine look for packages."""

from collections.abc import Mapping

from aura_gql.sandboxes.egress import EgressPolicy


def registry_variables(policy: EgressPolicy) -> Mapping[str, str]:
    """Environment variables by which they are told; none for what the policy leaves to them."""
    told = {"npm_config_registry": policy.npm_registry, "PIP_INDEX_URL": policy.pip_index}
    return {name: url for name, url in told.items() if url is not None}
