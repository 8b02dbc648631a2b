"""What code in a machine of Daytona may reach, in the words of its SDK."""

from collections.abc import Mapping
from typing import Any

from aura_gql.sandboxes.egress import EgressPolicy
from aura_gql.sandboxes.providers.remote.registries import registry_variables


def network_of(policy: EgressPolicy | None) -> Mapping[str, Any]:
    """The fields of a creation: nothing to reach, or the hosts that the policy names, at any port of theirs and without
    a bound of bytes, of which the vendor knows nothing. Private hosts are left out: its machines have no way to ours.
    """
    names = [] if policy is None else [rule.name for rule in policy.hosts]
    if policy is None or not names:
        return {"network_block_all": True}
    return {"domain_allow_list": ",".join(dict.fromkeys(names)), "env_vars": dict(registry_variables(policy))}
