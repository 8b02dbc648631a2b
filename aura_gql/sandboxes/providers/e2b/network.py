"""What code in a machine of E2B may reach, in the words of its SDK."""

from collections.abc import Mapping
from typing import Any, Final

from aura_gql.sandboxes.egress import EgressPolicy
from aura_gql.sandboxes.providers.remote.registries import registry_variables

_EVERYWHERE: Final = "0.0.0.0/0"


def network_of(policy: EgressPolicy | None) -> Mapping[str, Any]:
    """The arguments of a creation: nothing to reach, or the hosts that the policy names and a name server.

    The vendor knows hosts by name for HTTP and TLS, at any port of theirs, and no bound of bytes. Private hosts are
    left out: its machines have no way to ours. From outside nobody reaches a port of the machine without its own token.
    """
    names = [] if policy is None else [rule.name for rule in policy.hosts]
    closed = {"allow_public_traffic": False}
    if policy is None or not names:
        return {"allow_internet_access": False, "network": closed}
    allowed = {"allow_out": list(dict.fromkeys(names)), "deny_out": [_EVERYWHERE]}
    return {"network": {**allowed, **closed}, "envs": dict(registry_variables(policy))}
