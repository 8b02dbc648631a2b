"""What code in a machine of Daytona may reach, in the words of its SDK."""

from collections.abc import Mapping
from typing import Any

from aura_gql.sandboxes.egress import EgressPolicy


def network_of(policy: EgressPolicy | None) -> Mapping[str, Any]:
    """The fields of a creation: nothing to reach, or the hosts that the policy names, at any port of theirs and without
    a bound of bytes, of which the vendor knows nothing. Private hosts are left out: its machines have no way to ours.
    """
    names = [] if policy is None else [rule.name for rule in policy.hosts]
    if policy is None or not names:
        return {"network_block_all": True}
    return {"domain_allow_list": ",".join(dict.fromkeys(names)), "env_vars": _registries(policy)}


def _registries(policy: EgressPolicy) -> dict[str, str]:
    """Where the tools inside look for packages."""
    told = {"npm_config_registry": policy.npm_registry, "PIP_INDEX_URL": policy.pip_index}
    return {name: url for name, url in told.items() if url is not None}
