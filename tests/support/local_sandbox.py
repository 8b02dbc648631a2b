"""Looking at a local sandbox from the host."""

from aura_gql.sandboxes.providers.local.memory import process_tree
from aura_gql.sandboxes.providers.local.sandbox import LocalSandbox


def host_pids(sandbox: LocalSandbox) -> list[int]:
    """The pids, on the host, of all that runs in it; the supervisor's first."""
    return process_tree(sandbox.host_pid)
