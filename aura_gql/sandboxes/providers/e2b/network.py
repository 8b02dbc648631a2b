"""What code in a machine of E2B may reach, in the words of its SDK."""

from collections.abc import Mapping
from typing import Any, Final

from aura_gql.sandboxes.egress import EgressPolicy

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
    return {"network": {**allowed, **closed}, "envs": _registries(policy)}


def _registries(policy: EgressPolicy) -> dict[str, str]:
    """Where the tools inside look for packages."""
    told = {"npm_config_registry": policy.npm_registry, "PIP_INDEX_URL": policy.pip_index}
    return {name: url for name, url in told.items() if url is not None}
