"""What commands are told of the way out, in the words of the tools that use it."""

from collections.abc import Mapping

from aura_gql.sandboxes.egress import EgressPolicy
from aura_gql.sandboxes.providers.local.bwrap import PROJECT_FOLDER
from aura_gql.sandboxes.providers.local.listening import EGRESS_PORT

PROXY_URL = f"http://127.0.0.1:{EGRESS_PORT}"
AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"
OURSELVES = "localhost,127.0.0.1,::1"
BY_PROXY = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "npm_config_proxy", "npm_config_https_proxy")
NOT_BY_PROXY = ("NO_PROXY", "no_proxy", "npm_config_noproxy")
# On the disk, in a folder that is neither saved nor watched. The home folder is memory, and a large application's
# packages have more bytes than it takes.
NPM_CACHE = f"{PROJECT_FOLDER}/node_modules/.cache/npm"


def egress_environment(policy: EgressPolicy) -> Mapping[str, str]:
    """Variables for every command of a sandbox that has a proxy."""
    variables = dict.fromkeys(BY_PROXY, PROXY_URL) | dict.fromkeys(NOT_BY_PROXY, OURSELVES)
    # Node's own fetch asks for it; older ones pass over it.
    variables |= {"NODE_USE_ENV_PROXY": "1", "npm_config_fetch_retries": "1"}
    # npm would trust none of the authorities that this host trusts besides those that everybody does.
    variables |= {"npm_config_cafile": AUTHORITIES, "npm_config_fetch_retry_mintimeout": "1000"}
    variables["npm_config_cache"] = NPM_CACHE
    if policy.npm_registry is not None:
        variables["npm_config_registry"] = policy.npm_registry
    if policy.pip_index is not None:
        variables["PIP_INDEX_URL"] = policy.pip_index
        if policy.pip_index.startswith("http:"):  # Which pip leaves out otherwise.
            variables["PIP_TRUSTED_HOST"] = policy.pip_index.removeprefix("http://").partition("/")[0]
    return variables
